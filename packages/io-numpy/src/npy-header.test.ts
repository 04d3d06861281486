import { describe, expect, it } from 'vitest';
import { openBlob } from './blob-reader.ts';
import { headerText, npyBlob, npyBytes } from './testing/npy-bytes.ts';
import { encodeNpyHeader, readNpyHeader } from './npy-header.ts';

const read = (blob: Blob) => readNpyHeader(openBlob(blob, 'a.npy'), 'a.npy');
const sixBytes = [1, 2, 3, 4, 5, 6];

describe('readNpyHeader', () => {
  it.each([1, 2, 3])('reads version %i', async (version) => {
    const text = headerText('|u1', '(2, 3)');
    expect(await read(npyBlob(text, sixBytes, version))).toEqual({
      dtype: 'uint8',
      isBigEndian: false,
      isFortranOrder: false,
      shape: [2, 3],
      dataOffset: (version === 1 ? 10 : 12) + text.length,
    });
  });

  it('accepts any order of keys, both quotes and bytes after the array', async () => {
    const text = `{"shape":(2,3),'fortran_order' : True,"descr": '>u1'}`;
    const header = await read(npyBlob(text, [...sixBytes, 7, 8]));
    expect(header).toMatchObject({ shape: [2, 3], isFortranOrder: true, dtype: 'uint8', isBigEndian: true });
  });

  it.each([
    ['not a dictionary', '(1, 2)'],
    ['no shape', "{'descr': '|u1', 'fortran_order': False}"],
    ['an unknown key', "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}"],
    ['a number as shape', headerText('|u1', '6')],
    ['a shape in brackets that are no tuple', headerText('|u1', '(6)')],
    ['a shape of strings', headerText('|u1', "('2', '3')")],
    ['a size beyond all integers', headerText('|u1', '(99999999999999999999, 1)')],
    ['a number as order', "{'descr': '|u1', 'fortran_order': 0, 'shape': (2, 3)}"],
    ['a size the file cannot have', headerText('|u1', '(9007199254740991, 9007199254740991)')],
    ['no text', ''],
  ])('refuses a header with %s', async (_, text) => {
    await expect(read(npyBlob(text, sixBytes))).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringMatching(/a\.npy/),
    });
  });

  it('names the bytes expected and found of a file truncated anywhere', async () => {
    const bytes = npyBytes(headerText('<f4', '(2, 3)'), new Uint8Array(24));
    for (let length = 0; length < bytes.length; length++) {
      const blob = new Blob([bytes.slice(0, length) as Uint8Array<ArrayBuffer>]);
      await expect(read(blob), `${length} bytes`).rejects.toMatchObject({ code: 'broken-file' });
    }
    const short = new Blob([bytes.slice(0, -1) as Uint8Array<ArrayBuffer>]);
    await expect(read(short)).rejects.toMatchObject({
      message: expect.stringContaining(`needs ${bytes.length} bytes, but the file has ${bytes.length - 1}`),
      details: { expected: bytes.length, found: bytes.length - 1 },
    });
  });

  it('does not believe a header length of four gigabytes', async () => {
    const bytes = npyBytes(headerText('|u1', '(2, 3)'), sixBytes, 2);
    bytes.fill(255, 8, 12);
    await expect(read(new Blob([bytes as Uint8Array<ArrayBuffer>]))).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringMatching(/4294967295/),
    });
  });

  it('refuses pickled objects and says why', async () => {
    await expect(read(npyBlob(headerText('|O', '(2, 3)'), sixBytes))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/pickled Python objects.*run code/),
    });
  });

  it.each(['<f2', '<c8', '<U5', '|S6', '<M8[ns]', '|V6', 'u1', '<f16', '<u3', '|constructor'])(
    'refuses the dtype %s',
    async (descr) => {
      await expect(read(npyBlob(headerText(descr, '(2, 3)'), sixBytes))).rejects.toMatchObject({
        code: 'unsupported-dtype',
        message: expect.stringContaining(descr),
      });
    },
  );

  it('refuses structured arrays', async () => {
    const text = "{'descr': [('x', '<f4'), ('y', '<f4', (2,))], 'fortran_order': False, 'shape': (2,), }";
    await expect(read(npyBlob(text, sixBytes))).rejects.toMatchObject({
      code: 'unsupported-dtype',
      message: expect.stringMatching(/fields/),
    });
  });

  it('refuses an empty array and an unknown version', async () => {
    await expect(read(npyBlob(headerText('|u1', '(0, 3)'), []))).rejects.toMatchObject({ code: 'unsupported' });
    await expect(read(npyBlob(headerText('|u1', '(2, 3)'), sixBytes, 4))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/version 4/),
    });
  });
});

describe('encodeNpyHeader', () => {
  it('writes what NumPy writes for zeros((2, 3), float32)', () => {
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const expected = npyBytes(`${text.padEnd(117)}\n`, []);
    expect(encodeNpyHeader('float32', [2, 3])).toEqual(expected);
  });
});
