import { html, nothing, type TemplateResult } from 'lit';
import type { QualityCheck, QualityWork } from '../../state/quality/quality-check.ts';

/** How far a measurement is, with a button that stops it; nothing if another one is under way, or none. */
export function workBar(quality: QualityCheck, what: QualityWork['what']): TemplateResult | typeof nothing {
  const { work } = quality;
  if (work?.what !== what) return nothing;
  const { phase, done, total } = work;
  return html`<div role="status">
      <p>${phase}…</p>
      ${total > 0 ? html`<progress max=${total} value=${done} aria-label=${phase}></progress>` : html`<progress aria-label=${phase}></progress>`}
    </div>
    <button @click=${() => quality.cancel()}>Stop</button>`;
}
