/** Thrown by the quick reader for all it does not know exactly. It never leaves the package: the HDF5 library reads then. */
export class NotPlain extends Error {}

export function refuse(what: string): never {
  throw new NotPlain(what);
}

/** The bytes of a file, little-endian. Whatever lies outside the file, or cannot, is refused. */
export class PlainBytes {
  readonly all: Uint8Array;
  private readonly view: DataView;

  constructor(all: Uint8Array) {
    this.all = all;
    this.view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get length(): number {
    return this.all.length;
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** An address or size of 64 bits, which is at most the file's length. */
  place(at: number): number {
    const value = this.u32(at) + this.u32(at + 4) * 2 ** 32;
    return value <= this.length ? value : refuse(`something at ${value}, outside the file`);
  }

  isUndefined(at: number): boolean {
    return this.u32(at) === 0xffffffff && this.u32(at + 4) === 0xffffffff;
  }

  /** Do these bytes stand there? */
  hasAt(at: number, pattern: readonly number[]): boolean {
    return pattern.every((byte, i) => this.all[at + i] === byte);
  }

  expect(at: number, pattern: readonly number[], what: string): void {
    if (!this.hasAt(at, pattern)) refuse(what);
  }

  expectText(at: number, text: string): void {
    for (let i = 0; i < text.length; i++) if (this.u8(at + i) !== text.charCodeAt(i)) refuse(`no ${text} at ${at}`);
  }

  slice(at: number, length: number): Uint8Array {
    if (at + length > this.length) refuse(`values at ${at}, outside the file`);
    return this.all.subarray(at, at + length);
  }

  /** An ASCII name that ends with a zero before `end`. */
  name(at: number, end: number): string {
    let text = '';
    for (let i = at; i < end; i++) {
      const byte = this.u8(i);
      if (byte === 0) return text;
      if (byte < 0x20 || byte > 0x7e) break;
      text += String.fromCharCode(byte);
    }
    return refuse(`a name at ${at} that does not end or is not ASCII`);
  }
}
