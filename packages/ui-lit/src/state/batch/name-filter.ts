/**
 * Does a file name fit patterns like `*.tif, cells_??.png`? Without `*` and `?` a pattern is any part of the name; no pattern fits all. Upper
 * and lower case are the same.
 */
export function fitsFilter(name: string, filter: string): boolean {
  const patterns = filter.split(/[,;\s]+/).filter((pattern) => pattern !== '');
  return patterns.length === 0 || patterns.some((pattern) => expressionOf(pattern).test(name));
}

function expressionOf(pattern: string): RegExp {
  const text = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  if (!/[*?]/.test(pattern)) return new RegExp(text, 'i');
  return new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
