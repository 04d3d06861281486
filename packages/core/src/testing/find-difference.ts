/**
 * The first place where two values of plain data differ, in words; undefined if they are equal. Arrays and typed arrays are
 * compared element by element and by type, maps by their entries, an absent property equals an undefined one.
 * @param options.allowsMore properties that are only in `found` are no difference
 */
export function findDifference(
  found: unknown,
  expected: unknown,
  path = 'value',
  options: { readonly allowsMore?: boolean } = {},
): string | undefined {
  if (Object.is(found, expected)) return undefined;
  if (!isObject(found) || !isObject(expected)) return `${path} is ${show(found)}, expected ${show(expected)}`;
  const [foundType, expectedType] = [typeName(found), typeName(expected)];
  if (foundType !== expectedType) return `${path} is of type ${foundType}, expected ${expectedType}`;
  const [a, b] = [entriesOf(found), entriesOf(expected)];
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    if (options.allowsMore && b.get(key) === undefined) continue;
    const difference = findDifference(a.get(key), b.get(key), `${path}.${String(key)}`, options);
    if (difference) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function typeName(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function entriesOf(value: object): Map<unknown, unknown> {
  if (value instanceof Map) return value;
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    const list = value as ArrayLike<unknown>;
    return new Map<unknown, unknown>([['length', list.length], ...Array.from(list).entries()]);
  }
  return new Map<unknown, unknown>(Object.entries(value));
}

function show(value: unknown): string {
  return isObject(value) ? typeName(value) : typeof value === 'string' ? JSON.stringify(value) : String(value);
}
