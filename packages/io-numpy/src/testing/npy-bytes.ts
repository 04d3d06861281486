/** An .npy file put together by hand, so that tests do not depend on the writer. */
export function npyBytes(header: string, data: ArrayLike<number>, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const lengthBytes = version === 1 ? 2 : 4;
  const bytes = new Uint8Array(8 + lengthBytes + text.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  for (let i = 0; i < lengthBytes; i++) bytes[8 + i] = (text.length >> (8 * i)) & 255;
  bytes.set(text, 8 + lengthBytes);
  bytes.set(data, 8 + lengthBytes + text.length);
  return bytes;
}

export function npyBlob(header: string, data: ArrayLike<number>, version = 1): Blob {
  return new Blob([npyBytes(header, data, version) as Uint8Array<ArrayBuffer>]);
}

export function headerText(descr: string, shape: string, isFortranOrder = false): string {
  return `{'descr': '${descr}', 'fortran_order': ${isFortranOrder ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
}
