import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchPatiently } from './fetch-patiently.ts';

let server: Server;
let url: string;
/** Answers one after another; the last one stays. */
let answers: RequestListener[];
let asked: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[Math.min(asked++, answers.length - 1)]!;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chunk`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(code, headers).end('text');
const reset: RequestListener = (request) => void request.socket.destroy();
const breakOff: RequestListener = (_, response) => {
  response.writeHead(200, { 'Content-Length': 100 }).write('begun');
  setTimeout(() => response.destroy(), 20);
};
const answer: RequestListener = (_, response) => void response.writeHead(200).end('bytes');

/** Fetches without waiting; tells how long it would have waited. */
async function fetchFrom(list: RequestListener[], signal?: AbortSignal) {
  answers = list;
  asked = 0;
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  try {
    return { response: await fetchPatiently(new Request(url, { signal }), { wait, random: () => 1 }), waits };
  } catch (error) {
    return { error, waits };
  }
}

describe('fetchPatiently', () => {
  it('repeats what fails for a moment, waiting twice as long each time', async () => {
    const { response, waits } = await fetchFrom([status(503), reset, breakOff, status(500), answer]);
    expect(await response!.text()).toBe('bytes');
    expect(asked).toBe(5);
    expect(waits).toEqual([250, 500, 1000, 2000]);
  });

  it('waits as long as the server asks for, but not for ever', async () => {
    const { waits } = await fetchFrom([
      status(429, { 'Retry-After': '7' }),
      status(503, { 'Retry-After': '9999' }),
      answer,
    ]);
    expect(waits).toEqual([7000, 30_000]);
  });

  it('does not repeat what will not change', async () => {
    for (const code of [404, 403, 401]) {
      const { response, waits } = await fetchFrom([status(code), answer]);
      expect(response!.status).toBe(code);
      expect(waits).toEqual([]);
    }
  });

  it('gives up after five times and says what to do', async () => {
    const { error } = await fetchFrom([status(503)]);
    expect(asked).toBe(5);
    expect(error).toMatchObject({
      code: 'broken-file',
      message: expect.stringMatching(/127\.0\.0\.1.*chunk.*5 times \(it answered 503.*Check the address/),
      details: { url, attempts: 5 },
    });
  });

  it('stops at once when it is cancelled, also while it waits', async () => {
    const already = await fetchFrom([answer], AbortSignal.abort());
    expect(already.error).toMatchObject({ name: 'AbortError' });
    answers = [status(503)];
    asked = 0;
    const controller = new AbortController();
    const fetching = fetchPatiently(new Request(url, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 30);
    const start = performance.now();
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(asked).toBeLessThan(5);
  });
});
