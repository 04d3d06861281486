import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleImage, writeImage } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import {
  cookieOf,
  makeWebFolder,
  sendRaw,
  startTestUiServer,
  type RawAnswer,
  type RawRequest,
  type TestUiServer,
} from '../testing/ui-server.ts';

let folder: string;
let server: TestUiServer;
let cookie: Record<string, string>;
beforeAll(async () => {
  folder = await temporaryFolder();
  const web = makeWebFolder(folder);
  symlinkSync(join(folder, 'app', 'secret.txt'), join(web, 'leak.txt'));
  symlinkSync(join(folder, 'app'), join(web, 'up'));
  symlinkSync(join(web, 'module.wasm'), join(web, 'inside.wasm'));
  const image = join(folder, 'image.png');
  await writeImage(image, sampleImage([1, 1, 1, 20, 30]));
  server = await startTestUiServer({ inputs: [image, join(folder, 'new.ilp')], webFolder: web, maxBodyBytes: 1000 });
  cookie = cookieOf(server);
});
afterAll(async () => {
  await server.close();
  await removeFolder(folder);
});

/** A request of a page that has come in. */
const send = ({ headers, ...rest }: RawRequest): Promise<RawAnswer> =>
  sendRaw(server.port, { ...rest, headers: { ...cookie, ...headers } });

describe('who may come in', () => {
  it('nobody without the token, whatever is asked for', async () => {
    for (const path of ['/', '/index.html', '/none', '/api/session', '/api/project', '/api/images/0.zarr/zarr.json']) {
      const { status, body, headers } = await sendRaw(server.port, { path });
      expect([path, status, headers['content-type']]).toEqual([path, 403, 'text/plain; charset=utf-8']);
      expect(body.toString()).toContain('brushwood ui');
    }
  });
  it('nobody with a wrong one', async () => {
    const wrong = 'A'.repeat(server.access.token.length);
    const requests: RawRequest[] = [
      { path: `/?token=${wrong}` },
      { path: '/?token=' },
      { path: `/?token=${server.access.token}x` },
      { path: '/', headers: { Cookie: `brushwood-${server.port}=${wrong}` } },
      { path: '/', headers: { Cookie: `other=${server.access.token}` } },
      { path: '/api/session', headers: { Authorization: `Bearer ${wrong}` } },
      { path: '/api/session', headers: { Authorization: `Basic ${server.access.token}` } },
    ];
    for (const request of requests) expect((await sendRaw(server.port, request)).status).toBe(403);
  });
  it('the token buys a cookie that scripts and other sites cannot use, and leaves the address', async () => {
    const { status, headers } = await sendRaw(server.port, { path: `/?token=${server.access.token}&lane=2` });
    expect([status, headers.location]).toEqual([303, '/?lane=2']);
    const [set = ''] = headers['set-cookie'] ?? [];
    expect(set.split('; ').slice(1)).toEqual(['Path=/', 'HttpOnly', 'SameSite=Strict']);
    const { status: after } = await sendRaw(server.port, {
      path: '/',
      headers: { Cookie: `a=b; ${set.split(';')[0]}` },
    });
    expect(after).toBe(200);
  });
  it('a program by Authorization: Bearer', async () => {
    const headers = { Authorization: `Bearer ${server.access.token}` };
    expect((await sendRaw(server.port, { path: '/api/session', headers })).status).toBe(200);
  });
  it('the token is of 256 random bits', () => {
    expect(Buffer.from(server.access.token, 'base64url')).toHaveLength(32);
  });
  it('the address given to the browser works once', async () => {
    const { pathname, search } = new URL(server.access.issueTicketUrl());
    expect(search).not.toContain(server.access.token);
    expect((await sendRaw(server.port, { path: pathname + search })).status).toBe(303);
    expect((await sendRaw(server.port, { path: pathname + search })).status).toBe(403);
  });
  it('an address given to the browser is good for two minutes', () => {
    const token = new URL(server.access.issueTicketUrl(1_000_000)).searchParams.get('token')!;
    expect(server.access.acceptsToken(token, 1_000_000 + 120_001)).toBe(false);
    expect(server.access.acceptsToken(token, 1_000_000 + 119_999)).toBe(true);
  });

  it.each(['evil.example', 'evil.example:8642', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.evil.example', '[::1]:80'])(
    'not under the name "%s"',
    async (host) => {
      for (const path of ['/', '/api/session', `/?token=${server.access.token}`]) {
        const { status, body } = await send({ path, headers: { Host: host } });
        expect(status).toBe(403);
        expect(body.toString()).not.toContain(server.access.token);
      }
    },
  );
  it('under both names of this computer', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST']) {
      expect((await send({ path: '/api/session', headers: { Host: `${name}:${server.port}` } })).status).toBe(200);
    }
  });
  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', 'http://localhost.evil.example'])(
    'not a page of "%s"',
    async (origin) => {
      for (const method of ['GET', 'PUT', 'OPTIONS']) {
        const { status, headers } = await send({ method, path: '/api/project', headers: { Origin: origin } });
        expect(status).toBe(403);
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
    },
  );
  it('not a page of this computer under its other name', async () => {
    expect((await send({ path: '/api/session', headers: { Origin: `http://localhost:${server.port}` } })).status).toBe(
      403,
    );
  });
  it('its own pages', async () => {
    expect((await send({ path: '/api/session', headers: { Origin: server.origin } })).status).toBe(200);
  });
  it.each(['cross-site', 'same-site'])('not what the browser calls %s', async (site) => {
    expect((await send({ path: '/api/session', headers: { 'Sec-Fetch-Site': site } })).status).toBe(403);
  });
  it('listens on this computer only', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((each) => each && !each.internal && each.family === 'IPv4');
    for (const { address } of others as { address: string }[]) {
      await expect(fetch(`http://${address}:${server.port}/`)).rejects.toThrow();
    }
    expect(server.access.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });
});

describe('the headers', () => {
  it('all answers isolate the page, forbid sniffing and framing, and allow no other origin', async () => {
    const answers = [
      await send({ path: '/' }),
      await send({ path: '/assets/app-C0ffee12.js' }),
      await send({ path: '/api/session' }),
      await send({ path: '/api/images/0.zarr/0/c/0/0' }),
      await send({ path: '/none' }),
      await sendRaw(server.port, { path: '/' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 403]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
  it('the content security policy allows own scripts, WebAssembly and the sheets within the page only', async () => {
    const { headers } = await send({ path: '/' });
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split('; ')
        .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
    );
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self' 'wasm-unsafe-eval'",
      'worker-src': "'self'",
      'connect-src': "'self' https: data: blob:",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
    // SHA-256 of `html{margin:0}` by openssl.
    expect(policy['style-src']).toBe("'self' 'sha256-NjbKUgY6rjw89l2d2dcJtx8RXzlps94l5mjZ95NJDWM='");
  });
});

describe('the files of the app', () => {
  it('come with their types', async () => {
    const typeOf = async (path: string) => (await send({ path })).headers['content-type'];
    expect(await typeOf('/')).toBe('text/html; charset=utf-8');
    expect(await typeOf('/assets/app-C0ffee12.js')).toBe('text/javascript; charset=utf-8');
    expect(await typeOf('/module.wasm')).toBe('application/wasm');
  });
  it('are kept by the browser for good if their name says so, and asked for again if not', async () => {
    const hashed = await send({ path: '/assets/app-C0ffee12.js' });
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const page = await send({ path: '/' });
    expect(page.headers['cache-control']).toBe('no-cache');
    const again = await send({ path: '/', headers: { 'If-None-Match': page.headers.etag! } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await send({ path: '/', headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });
  it('answer HEAD without a body', async () => {
    const { status, body, headers } = await send({ method: 'HEAD', path: '/module.wasm' });
    expect([status, body.length, headers['content-length']]).toEqual([200, 0, '4']);
  });
  it('may be linked within the folder', async () => {
    expect((await send({ path: '/inside.wasm' })).status).toBe(200);
  });
  it.each([
    ['..', '/../secret.txt'],
    ['.. further down', '/assets/../../secret.txt'],
    ['.. in escapes', '/%2e%2e/secret.txt'],
    ['a slash in escapes', '/..%2fsecret.txt'],
    ['a backslash', '/..\\secret.txt'],
    ['a backslash in escapes', '/..%5csecret.txt'],
    ['escapes twice', '/%252e%252e/secret.txt'],
    ['half an escape', '/%2'],
    ['a NUL', '/index.html%00.png'],
    ['a hidden file', '/.hidden'],
    ['an empty name', '/assets//app-C0ffee12.js'],
    ['a drive', '/C:/Windows/win.ini'],
    ['a stream', '/index.html::$DATA'],
  ])('%s is refused', async (_name, path) => {
    const { status, body } = await send({ path });
    expect([status, body.toString().includes('secret')]).toEqual([400, false]);
  });
  it.each([
    ['a link to a file outside', '/leak.txt'],
    ['a link to a folder outside', '/up/secret.txt'],
    ['a folder', '/assets'],
    ['an absolute path', `${'/'}etc/passwd`],
    ['a file that is not there', '/none.js'],
    ['a file as a folder', '/index.html/none'],
  ])('%s is not there', async (_name, path) => {
    const { status, body } = await send({ path });
    expect([status, body.toString()]).toEqual([404, 'There is no such file.\n']);
  });
  it('whole addresses and addresses of other hosts are refused', async () => {
    for (const path of [`http://127.0.0.1:${server.port}/`, '//evil.example/index.html', '*']) {
      expect((await send({ path })).status).toBe(400);
    }
  });
});

describe('methods', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s of a file is refused', async (method) => {
    const { status, headers } = await send({ method, path: '/index.html' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
  it('what is read cannot be written, and a project not be deleted', async () => {
    const put = { method: 'PUT', body: Uint8Array.of(1) };
    expect((await send({ ...put, path: '/api/session' })).status).toBe(405);
    expect((await send({ ...put, path: '/api/images/0.zarr/zarr.json' })).status).toBe(405);
    expect(await send({ method: 'DELETE', path: '/api/project' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, PUT' },
    });
  });
  it('what does not exist is 404', async () => {
    for (const path of [
      '/api/',
      '/api/none',
      '/api/project/',
      '/api/images/0.zarr',
      '/api/images/7.zarr/zarr.json',
      '/api/images/..%2f0.zarr/zarr.json',
    ]) {
      expect([path, (await send({ path })).status]).toEqual([path, 404]);
    }
  });
});

describe('bodies', () => {
  const headers = { 'Content-Type': 'application/vnd.brushwood.project' };
  const put = (body: Uint8Array, more: Record<string, string> = {}) =>
    send({ method: 'PUT', path: '/api/project', body, headers: { ...headers, ...more } });

  // More than fits in the buffers between client and server: it is still being sent when it is refused.
  const large = new Uint8Array(30_000_000);
  it('one that says how large it is is refused if that is too much', async () => {
    for (const body of [new Uint8Array(1001), large]) {
      const answer = await put(body);
      expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
        413,
        { error: { code: 'too-large' } },
      ]);
    }
  });
  it('one that does not say so is refused as soon as it is too much', async () => {
    expect((await put(large, { 'Transfer-Encoding': 'chunked' })).status).toBe(413);
  });
  it('one that a stranger sends is refused', async () => {
    expect((await sendRaw(server.port, { method: 'PUT', path: '/api/project', headers, body: large })).status).toBe(
      403,
    );
  });
  it('one of another type is refused', async () => {
    expect((await put(Uint8Array.of(1), { 'Content-Type': 'text/plain' })).status).toBe(415);
  });
  it('what is no project is refused with what is wrong', async () => {
    const { status, body } = await put(new TextEncoder().encode('bwproj01 and then nonsense'));
    expect(status).toBe(422);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { code: 'broken-file' } });
  });
});

it('no request has met a fault of the program', async () => {
  writeFileSync(join(folder, 'done'), '');
  expect(server.faults).toEqual([]);
});
