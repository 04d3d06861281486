/** Makes elements known to a page. Names that are taken already are left alone. */
export function defineElementsOf(
  elements: Readonly<Record<string, CustomElementConstructor>>,
  registry: CustomElementRegistry,
): void {
  for (const [name, element] of Object.entries(elements)) if (!registry.get(name)) registry.define(name, element);
}
