import { defineElementsOf } from './define-elements-of.ts';
import { ViewerElement } from './elements/viewer/viewer.ts';

export const viewerElements = {
  'brushwood-viewer': ViewerElement,
} as const satisfies Record<string, CustomElementConstructor>;

/** Makes `<brushwood-viewer>` alone known to the page. */
export function defineViewer(registry: CustomElementRegistry = customElements): void {
  defineElementsOf(viewerElements, registry);
}
