import type { ImageLocation } from '@brushwood/core';
import { openStore } from './store.ts';
import { asObject, readNode } from './zarr-node.ts';

/** The fingerprint that a finished image was written with; undefined if it has none, or is no image that can be read. */
export async function writtenFingerprint(location: ImageLocation): Promise<string | undefined> {
  const node = await openStore(location)
    .then(({ store, innerPath }) => readNode(store, innerPath, location.path))
    .catch(() => undefined); // whoever wants to read it is told what is wrong with it
  const found = asObject(node?.attributes.brushwood)?.fingerprint;
  return typeof found === 'string' ? found : undefined;
}
