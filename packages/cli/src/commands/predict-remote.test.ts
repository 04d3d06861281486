import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

let folder: SampleFolder;
let server: Server;
let origin = '';
/** Requests that are still answered; then the connection is cut, as when a server goes away. */
let answersLeft = Infinity;
let answers = 0;
const random = seededRandom(11);

/** Serves the folder with some delay; one request in twenty fails. */
function startServer(): Promise<Server> {
  const started = createServer((request, response) => {
    if (answersLeft-- <= 0) return void request.socket.destroy();
    answers++;
    setTimeout(
      () => {
        if (random() < 0.05) return void response.writeHead(503).end('busy');
        const path = join(folder.path, normalize(decodeURIComponent(new URL(request.url!, 'http://host').pathname)));
        if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
        const bytes = readFileSync(path);
        const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
        if (!range) return void response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
        const start = range[1] === '' ? Math.max(0, bytes.length - Number(range[2])) : Number(range[1]);
        const end = range[1] === '' || range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1);
        const part = bytes.subarray(start, end);
        const headers = { 'content-length': part.length, 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
        response.writeHead(206, headers).end(part);
      },
      1 + 8 * random(),
    );
  });
  return new Promise((resolve) => started.listen(0, '127.0.0.1', () => resolve(started)));
}

beforeAll(async () => {
  folder = await SampleFolder.make();
  const shape = [1, 1, 24, 40, 48] as const;
  await writeImage(folder.at('volume.npy'), sampleImage(shape));
  await writeProject(folder.at('p.ilp'), { image: folder.at('volume.npy') });
  await folder.run('convert volume.npy volume.zarr --chunk 8,16,16 --zarr-shard 16,32,32 --input-axes zyx');
  server = await startServer();
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await folder.run('predict p.ilp volume.zarr -o local.zarr --chunk 8 --zarr-shard 8 --threads 2');
});
afterAll(async () => {
  server.close();
  await folder.remove();
});

/** The sum over the bytes of every chunk. */
function sums(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.json'),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(
    paths.map((file) => [file.slice(path.length), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

describe('a volume behind a server that is slow and fails now and then', () => {
  const line = (output: string) =>
    `predict p.ilp ${origin}/volume.zarr -o ${output} --chunk 8 --zarr-shard 8 --block 8 --threads 2`;

  it('gives the same as one on disk', async () => {
    await folder.run(line('remote.zarr'));
    expect(sums(folder.at('remote.zarr'))).toEqual(sums(folder.at('local.zarr')));
  });

  it('is gone: the run fails with its address and can go on later', async () => {
    // Metadata and most chunks are read by then.
    answersLeft = Math.floor(0.75 * answers);
    const { exitCode, stderr } = await folder.try(line('broken.zarr'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${origin}/volume.zarr`);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(folder.at('broken.zarr'))).toBe(false);
    const done = Object.keys(sums(folder.at('broken.zarr.partial'))).length;
    expect(done).toBeGreaterThan(0);
    answersLeft = Infinity;
    await folder.run(line('broken.zarr'));
    expect(sums(folder.at('broken.zarr'))).toEqual(sums(folder.at('local.zarr')));
  }, 90_000);
});
