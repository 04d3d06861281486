import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/** Outlines on a 24 × 24 grid, drawn for this package. */
const paths = {
  navigate: svg`<path d="M5 3l14 8-6 2-3 6z" />`,
  brush: svg`<path d="M20 4L10.5 13.5M9 14c-2.5 0-3 2-3 3.5s-1 2.5-2 3c4 .8 8 0 8-4 0-1.5-1.5-2.5-3-2.5z" />`,
  eraser: svg`<path d="M4 16l9-10 7 6-8 8H8zM9 11l7 6M12 20h8" />`,
  fill: svg`<path d="M11 4l8 8-7 7-8-8zM11 4v8M20 15c1 1.8 1.5 2.5 1.5 3.300a1.5 1.5 0 01-3 0c0-.8.5-1.5 1.5-3.300z" />`,
  pick: svg`<path d="M14 6l4 4M19.5 4.5a2 2 0 010 3L16 11l-3-3 3.5-3.5a2 2 0 013 0zM14.5 9.5L7 17l-3 3M7 17l1-4 5-5" />`,
  polygon: svg`<path d="M5 8l7-4 8 6-4 9-9-1z" /><path d="M5 8v.01M12 4v.01M20 10v.01M16 19v.01M7 18v.01" stroke-width="4" />`,
  range: svg`<path d="M3 19h18M5 15v-2M9 15V8M13 15V5M17 15v-4" /><path d="M8 21.500v-5M18 21.500v-5" />`,
  contrast: svg`<path d="M3 19L8 19 16 5 21 5" /><path d="M8 5v.01M16 19v.01" stroke-width="3" />`,
  between: svg`<path d="M4 5h16M4 19h16" /><path d="M7 10h10M7 14h10" stroke-dasharray="2 3" />`,
  next: svg`<path d="M4 4h10v10H4zM9 18h11V9" /><path d="M17 12l3-3" stroke="none" />`,
  target: svg`<circle cx="12" cy="12" r="6" /><path d="M12 3v5M12 16v5M3 12h5M16 12h5" />`,
  play: svg`<path d="M7 4l13 8-13 8z" />`,
  pause: svg`<path d="M8 5v14M16 5v14" />`,
  once: svg`<path d="M20 12a8 8 0 11-3-6.2M20 3v4.5h-4.5" />`,
  undo: svg`<path d="M9 5L4 10l5 5M4 10h9a6 6 0 010 12h-2" transform="translate(0 -2)" />`,
  redo: svg`<path d="M15 5l5 5-5 5M20 10h-9a6 6 0 000 12h2" transform="translate(0 -2)" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  minus: svg`<path d="M5 12h14" />`,
  close: svg`<path d="M6 6l12 12M18 6L6 18" />`,
  trash: svg`<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5" />`,
  lock: svg`<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3" />`,
  unlock: svg`<path d="M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 016.8-1" />`,
  menu: svg`<path d="M12 6v.01M12 12v.01M12 18v.01" stroke-width="3" />`,
  folder: svg`<path d="M3 6h6l2 2h10v11H3z" />`,
  file: svg`<path d="M6 3h8l4 4v14H6zM14 3v4h4" />`,
  save: svg`<path d="M4 4h13l3 3v13H4zM8 4v5h7V4M8 20v-6h8v6" />`,
  image: svg`<path d="M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 5" /><circle cx="16" cy="9" r="1.5" />`,
  help: svg`<circle cx="12" cy="12" r="9" /><path d="M9.5 9.5a2.5 2.5 0 115 0c0 1.7-2.5 2-2.5 4M12 17v.01" />`,
  theme: svg`<circle cx="12" cy="12" r="8" /><path d="M12 4a8 8 0 010 16z" fill="currentColor" />`,
  fit: svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />`,
  merge: svg`<path d="M6 4v4c0 4 6 4 6 8v4M18 4v4c0 4-6 4-6 8M9 17l3 3 3-3" />`,
  broom: svg`<path d="M14 4l-3 8M6 12h10l1 8H5z M9 16v4M13 16v4" />`,
  eye: svg`<path d="M2 12s4-6.5 10-6.5S22 12 22 12s-4 6.5-10 6.5S2 12 2 12z" /><circle cx="12" cy="12" r="2.5" />`,
  download: svg`<path d="M12 4v11M7 11l5 5 5-5M4 20h16" />`,
  link: svg`<path d="M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.7l1-1" />`,
  panel: svg`<path d="M3 5h18v14H3zM9 5v14" />`,
  warning: svg`<path d="M12 4l9 16H3zM12 10v5M12 17.5v.01" />`,
} as const satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof paths;

/** An icon in the colour of the text. It says nothing to a screen reader: the button around it does. */
export function icon(name: IconName, size = 16): TemplateResult {
  return html`<svg
    aria-hidden="true"
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    ${paths[name]}
  </svg>`;
}
