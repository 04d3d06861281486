import { BrushwoodError, elementCount, itemBytes, type Dtype } from '@brushwood/core';
import type { FileReader } from './file-access.ts';
import { descrOf, parseDescr, type StoredDtype } from './npy-dtype.ts';
import { parsePythonLiteral, type PythonDict } from './python-literal.ts';

/*
 * Layout of an .npy file (NumPy enhancement proposal 1 and its later versions):
 *   0      6 bytes  0x93 'NUMPY'
 *   6      uint8    major version: 1, 2 or 3
 *   7      uint8    minor version: 0
 *   8      uint16 (version 1) or uint32, little-endian: length of the header text
 *   10|12  text     {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } padded with blanks, ends with '\n';
 *                   Latin-1, in version 3 UTF-8
 *   then   data     elements in C order, or in Fortran order (first axis fastest)
 */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** No array of numbers needs more; a longer claim is a broken file, not a reason to allocate. */
const maxHeaderBytes = 65536;

export interface NpyHeader extends StoredDtype {
  readonly isFortranOrder: boolean;
  /** As NumPy shows it, also for Fortran order. */
  readonly shape: readonly number[];
  /** Byte of the first element. */
  readonly dataOffset: number;
}

export function hasNpyMagic(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads and checks the header, and that the file is as long as it says. Bytes after the array are ignored, as NumPy does.
 * @throws {BrushwoodError} 'broken-file' (not .npy, malformed, truncated), 'unsupported' (version, Python objects, no elements),
 *   'unsupported-dtype'.
 */
export async function readNpyHeader(file: FileReader, who: string): Promise<NpyHeader> {
  const prefix = await file.read(0, Math.min(12, file.size));
  if (!hasNpyMagic(prefix))
    throw broken(who, 'it does not begin with the signature of .npy files. Check what it is, or save the array again');
  const version = prefix[6] ?? 0;
  if (prefix.length < 12) throw broken(who, `a header was expected, but the file ends after ${file.size} bytes`);
  if (version < 1 || version > 3) {
    throw new BrushwoodError('unsupported', `${who}: .npy version ${version} is unknown; 1, 2 and 3 are read.`, {
      version,
    });
  }
  const numbers = new DataView(prefix.buffer);
  const textStart = version === 1 ? 10 : 12;
  const textLength = version === 1 ? numbers.getUint16(8, true) : numbers.getUint32(8, true);
  if (textLength > maxHeaderBytes) throw broken(who, `its header claims ${textLength} bytes`);
  const bytes = await file.read(textStart, textLength);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes);
  const header = { ...parseHeaderText(text, who), dataOffset: textStart + textLength };
  checkSize(header, file.size, who);
  return header;
}

function parseHeaderText(text: string, who: string): Omit<NpyHeader, 'dataOffset'> {
  const dict = parsePythonLiteral(text, who);
  if (!(dict instanceof Map)) throw broken(who, 'its header is not a dictionary');
  const keys = [...(dict as PythonDict).keys()].toSorted().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw broken(who, `its header must hold descr, fortran_order and shape, but holds: ${keys || 'nothing'}`);
  }
  const isFortranOrder: unknown = dict.get('fortran_order');
  const shape: unknown = dict.get('shape');
  if (typeof isFortranOrder !== 'boolean') throw broken(who, 'fortran_order must be True or False');
  if (!isShape(shape)) throw broken(who, 'its shape must be a tuple of sizes');
  return { ...parseDescr(dict.get('descr') ?? null, who), isFortranOrder, shape };
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function checkSize({ shape, dtype, dataOffset }: NpyHeader, found: number, who: string): void {
  if (shape.includes(0)) {
    throw new BrushwoodError('unsupported', `${who} is empty: its shape is (${shape.join(', ')}).`, { shape });
  }
  const expected = dataOffset + elementCount(shape) * itemBytes(dtype);
  if (!(expected <= found)) {
    throw new BrushwoodError(
      'broken-file',
      `${who} is truncated: an array of shape (${shape.join(', ')}) and dtype ${dtype} needs ${expected} bytes, ` +
        `but the file has ${found}. Copy or save it again.`,
      { expected, found },
    );
  }
}

function broken(who: string, reason: string): BrushwoodError {
  return new BrushwoodError('broken-file', `${who} cannot be read as .npy: ${reason}.`, { reason });
}

/** The bytes before the data of a C-ordered array; a multiple of 64, so that the data can be mapped into memory. */
export function encodeNpyHeader(dtype: Dtype, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(length - 11)}\n`), 10);
  return bytes;
}
