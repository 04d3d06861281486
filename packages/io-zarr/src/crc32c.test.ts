import { describe, expect, it } from 'vitest';
import { Crc32cCodec, crc32c } from './crc32c.ts';

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogues.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
  ])('of %s is as published', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it.each([0, 1, 7, 8, 9, 1001])('of %i bytes is that of the definition, bit by bit', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 255);
    let expected = 0xffffffff;
    for (const byte of bytes) {
      expected ^= byte;
      for (let bit = 0; bit < 8; bit++) expected = (expected >>> 1) ^ (expected & 1 ? 0x82f63b78 : 0);
    }
    expect(crc32c(bytes)).toBe(~expected >>> 0);
  });

  it('follows the data, and a changed byte is noticed', () => {
    const codec = Crc32cCodec.fromConfig();
    const encoded = codec.encode(new TextEncoder().encode('123456789'));
    expect([...encoded.subarray(9)]).toEqual([0x83, 0x92, 0x06, 0xe3]);
    expect(codec.decode(encoded)).toEqual(new TextEncoder().encode('123456789'));
    encoded[3]! ^= 1;
    expect(() => codec.decode(encoded)).toThrowError(expect.objectContaining({ code: 'broken-file' }));
  });
});
