import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const outline = (paths: SVGTemplateResult): TemplateResult =>
  html`<svg aria-hidden="true" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${paths}</svg>`;

/** Icons of the viewer's own controls, on a 16 × 16 grid. */
export const viewerIcons = {
  zoomIn: outline(svg`<circle cx="7" cy="7" r="4.500" /><path d="M10.500 10.500 14 14M7 5v4M5 7h4" />`),
  zoomOut: outline(svg`<circle cx="7" cy="7" r="4.500" /><path d="M10.500 10.500 14 14M5 7h4" />`),
  fit: outline(svg`<path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /><rect x="5" y="5.500" width="6" height="5" />`),
  crosshair: outline(
    svg`<path d="M8 1.500v4.500M8 10v4.500M1.500 8H6M10 8h4.500" /><circle cx="8" cy="8" r="0.500" />`,
  ),
  maximize: outline(svg`<path d="M9 2h5v5M14 2 9.500 6.500M7 14H2V9M2 14l4.500-4.500" />`),
  restore: outline(
    svg`<rect x="2" y="2" width="5" height="5" /><rect x="9" y="2" width="5" height="5" /><rect x="2" y="9" width="5" height="5" /><rect x="9" y="9" width="5" height="5" />`,
  ),
} as const;
