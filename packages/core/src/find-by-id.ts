import { BrushwoodError } from './errors.ts';

/** One item of a catalog list by id. @throws 'not-registered' naming those there are. */
export function findById<T extends { readonly id: string }>(items: readonly T[], id: string, kind: string): T {
  const found = items.find((item) => item.id === id);
  if (!found) {
    throw new BrushwoodError(
      'not-registered',
      `Unknown ${kind} "${id}". Known: ${items.map((item) => item.id).join(', ') || 'none'}. If a plugin brings it, load that too (--plugin).`,
      { id, known: items.map((item) => item.id) },
    );
  }
  return found;
}
