import type { ImageLocation } from '@brushwood/core';
import { createWebWorkerPool } from '@brushwood/ui-lit';
import { readImageTask } from './read-image.task.ts';
import { readWhole, type ReadImage } from './read-image.ts';

/** What reading came to, or the error. */
export type Outcome = ReadImage | { readonly code: string | undefined; readonly message: string };

/** Reads an image on the page and in a web worker. */
export async function readTwice(location: ImageLocation): Promise<{ page: Outcome; worker: Outcome }> {
  const pool = createWebWorkerPool({
    workers: 1,
    createWorker: () => new Worker(new URL('./read-image.worker.ts', import.meta.url), { type: 'module' }),
  });
  try {
    const page = await readWhole(location).catch(failed);
    return { page, worker: await pool.run(readImageTask, location).catch(failed) };
  } finally {
    await pool.close();
  }
}

function failed(error: unknown): Outcome {
  return { code: (error as { code?: string }).code, message: error instanceof Error ? error.message : String(error) };
}

/** A file as a file dialog gives it. */
export async function fetchFile(address: string, name = address.split('/').at(-1)!): Promise<File> {
  return new File([await (await fetch(address)).blob()], name);
}
