import { BrushwoodError, isAbortError, messageOf } from '@brushwood/core';
import FetchStore from '@zarrita/storage/fetch';
import { fetchPatiently } from './fetch-patiently.ts';
import type { ZarrStore } from './store.ts';

const metadataName = /\/(zarr\.json|\.zarray|\.zgroup|\.zattrs)$/;

/** A hierarchy behind a web server; reads only. Requests that fail for a moment are repeated. */
export function openHttpStore(url: string): ZarrStore {
  const store = new FetchStore(url, { fetch: fetchObject });
  const guarded = async (key: string, request: Promise<Uint8Array | undefined>) => {
    try {
      return await request;
    } catch (cause) {
      if (isAbortError(cause) || cause instanceof BrushwoodError) throw cause;
      const reason = messageOf(cause);
      throw new BrushwoodError('broken-file', `${url}${key} cannot be fetched: ${reason}.`, { url, key }, { cause });
    }
  };
  return {
    get: (key, options) => guarded(key, store.get(absolute(key), options)),
    async getRange(key, range, options) {
      // zarrita keeps the index of a shard for later reads: the abort of one must not fail the others.
      const own = 'suffixLength' in range ? {} : options;
      const bytes = await guarded(key, store.getRange(absolute(key), range, own));
      const expected = 'suffixLength' in range ? range.suffixLength : range.length;
      if (bytes && bytes.length !== expected) {
        throw new BrushwoodError(
          'broken-file',
          `${url}${key}: ${expected} bytes were asked for, but ${bytes.length} came. The object is truncated, or the ` +
            'server does not answer range requests, which sharded images need.',
          { url, key, expected, found: bytes.length },
        );
      }
      return bytes;
    },
  };
}

/**
 * Object stores that may not be listed answer 403 for what does not exist. Metadata is looked for under several names, so
 * there it means "not here"; a chunk must not turn into background that way.
 */
async function fetchObject(request: Request): Promise<Response> {
  const response = await fetchPatiently(request);
  const isMissing = response.status === 403 && metadataName.test(new URL(request.url).pathname);
  return isMissing ? new Response(null, { status: 404 }) : response;
}

function absolute(key: string): `/${string}` {
  return key as `/${string}`;
}
