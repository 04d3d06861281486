import { createHash } from 'node:crypto';

/** A value with every array of numbers replaced by its type and hash: quick to compare, however large it is. */
export function plainContent(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name} ${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (value instanceof Map) return [...value].map(plainContent);
  if (Array.isArray(value)) return value.map(plainContent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainContent(member)]));
}
