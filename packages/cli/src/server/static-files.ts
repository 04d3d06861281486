import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { textAnswer, type Answer } from './answers.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tif': 'image/tiff',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Names that the build made from the content: what they hold never changes. */
const hashedName = /^\/assets\/.+-[\w-]{8}\.\w+$/;

const missing = () => textAnswer(404, 'There is no such file.');

/**
 * A file of a folder. Paths are decoded once, must be plain (no `..`, no empty or hidden names, no backslashes) and may not lead out
 * of the folder by a link.
 * @param path of the URL, as it was sent
 */
export async function staticFile(folder: string, path: string, etag: string | undefined): Promise<Answer> {
  const name = plainPath(path === '/' ? '/index.html' : path);
  if (name === undefined) return textAnswer(400, 'This is no path of a file.');
  const file = await fileBelow(folder, name);
  if (file === undefined) return missing();
  const body = await readFile(file);
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    ETag: tag,
    'Cache-Control': hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (etag === tag) return { status: 304, headers };
  const type = types[extname(name).toLowerCase()] ?? 'application/octet-stream';
  return { status: 200, type, body, headers };
}

function plainPath(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined; // half an escape
  }
  const [first, ...names] = decoded.split('/');
  // A drive letter or a stream of Windows has a colon; what is still escaped would be decoded twice by somebody.
  const isPlain = names.every((name) => /^[^.\\:%\0][^\\:%\0]*$/.test(name));
  return first === '' && names.length > 0 && isPlain ? decoded : undefined;
}

/** The real place of a file, if it is a file and lies in the folder. */
async function fileBelow(folder: string, name: string): Promise<string | undefined> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const isInside = file.startsWith(root + sep);
    return isInside && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined; // nothing lies there
  }
}

/** Hashes of the style sheets within a page, for its content security policy. */
export async function inlineStyleHashes(page: string): Promise<string[]> {
  const html = await readFile(page, 'utf8');
  const sheets = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, sheet]) => sheet!);
  return sheets.map((sheet) => `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`);
}
