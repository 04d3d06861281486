import { isAbortError, type ImageLocation } from '@brushwood/core';
import { openBytes } from '#file-access';

/** Bytes a signature may need. */
const signatureBytes = 16;

/** Asks a question of the first bytes of a file; a file that cannot be read answers no. */
export async function probeBytes(location: ImageLocation, isOurs: (head: Uint8Array) => boolean): Promise<boolean> {
  if (location.tensor) return false;
  try {
    const bytes = await openBytes(location);
    try {
      return isOurs(await bytes.read(0, Math.min(signatureBytes, bytes.size)));
    } finally {
      await bytes.close();
    }
  } catch (error) {
    if (isAbortError(error)) throw error;
    return false; // missing, a folder, unreadable: not ours, and opening it says why
  }
}
