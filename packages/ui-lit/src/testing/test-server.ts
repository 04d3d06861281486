import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** What the server has beside the built app: by address (`/image.png`), the bytes, or the path of a file or of a folder. */
export type ServedFiles = Readonly<Record<string, string | Uint8Array>>;

export interface TestServerOptions {
  /** Folder that is served at `/`. */
  readonly root: string;
  readonly files?: ServedFiles;
  /** Send COOP and COEP, without which a page has no shared memory. */
  readonly isolated?: boolean;
}

export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Every answered request: `GET /image.png 206`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.tif': 'image/tiff',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
};

/** An empty page with an import function, since a test runner rewrites an `import()` that stands in a test. */
const blankPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
<link rel="icon" href="data:,"><script>globalThis.importModule = (address) => import(address);</script></head><body></body></html>`;

/** A static file server with byte ranges on a free port of the loopback interface. `/blank.html` is an empty page. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    response.on('finish', () => requests.push(`${request.method} ${request.url} ${response.statusCode}`));
    answer(request, response, options);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests, close: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function answer(request: IncomingMessage, response: ServerResponse, options: TestServerOptions): void {
  const address = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/, ''));
  if (options.isolated) {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  }
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Type', types[extname(address).toLowerCase()] ?? 'application/octet-stream');
  const found = address === '/blank.html' ? Buffer.from(blankPage) : findFile(address, options);
  if (found === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`There is no ${address}.`);
  } else {
    sendRange(request, response, found);
  }
}

function findFile(address: string, { files = {}, root }: TestServerOptions): string | Uint8Array | undefined {
  const exact = files[address];
  if (exact instanceof Uint8Array) return exact;
  const folder = Object.keys(files).find((key) => address === key || address.startsWith(`${key.replace(/\/$/, '')}/`));
  const base = folder === undefined ? root : files[folder];
  if (typeof base !== 'string') return undefined;
  const path = normalize(join(base, folder === undefined ? address : address.slice(folder.length)));
  const file = path.endsWith('/') && folder === undefined ? join(path, 'index.html') : path.replace(/\/$/, '');
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

function sendRange(request: IncomingMessage, response: ServerResponse, found: string | Uint8Array): void {
  const size = typeof found === 'string' ? statSync(found).size : found.byteLength;
  const range = parseRange(request.headers.range, size);
  if (range && range.start >= size) {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size };
  if (range) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${size}`);
  response.writeHead(range ? 206 : 200, { 'Content-Length': end - start });
  if (request.method === 'HEAD' || start === end) response.end();
  else if (typeof found === 'string') createReadStream(found, { start, end: end - 1 }).pipe(response);
  else response.end(found.subarray(start, end));
}

/** `bytes=0-99` or `bytes=-100`, as a half-open range. */
function parseRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return { start: Math.max(0, size - Number(last)), end: size };
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
}
