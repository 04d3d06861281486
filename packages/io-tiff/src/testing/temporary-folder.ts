import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Paths in a folder of their own, which is removed after the tests of the file. */
export async function temporaryFolder(): Promise<{ readonly path: string; file(name: string): string }> {
  const path = await mkdtemp(join(tmpdir(), 'brushwood-io-tiff-'));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return { path, file: (name) => join(path, name) };
}
