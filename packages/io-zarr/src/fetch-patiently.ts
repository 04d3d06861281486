import { BrushwoodError, isAbortError, messageOf } from '@brushwood/core';

const attempts = 5;
/** The longest wait before the second attempt; it doubles with every further one. */
const firstDelayMs = 250;
const maxDelayMs = 30_000;

interface Patience {
  /** How long to wait before the next attempt. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

/**
 * A request with its whole body. What fails for a moment (no connection, one that breaks off, statuses 408, 429 and 5xx) is
 * tried five times, after random waits that double each time, so that many workers do not come back all at once; a server that
 * says how long to wait is obeyed.
 * @throws {BrushwoodError} 'broken-file' naming the URL if it stays so; the reason of the request's signal if that fires
 */
export async function fetchPatiently(request: Request, { wait = sleep, random = Math.random }: Patience = {}) {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(request.clone());
    if ('response' in outcome) return outcome.response;
    request.signal.throwIfAborted();
    if (attempt === attempts) throw unreachable(request.url, outcome);
    const longest = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
    await wait(Math.max(outcome.waitMs, longest * (0.5 + random() / 2)), request.signal);
  }
}

interface Failure {
  readonly reason: string;
  /** What the server asks for. */
  readonly waitMs: number;
  readonly cause?: unknown;
}

async function tryOnce(request: Request): Promise<{ response: Response } | Failure> {
  try {
    const response = await fetch(request);
    const { status, statusText, headers } = response;
    if (status === 408 || status === 429 || status >= 500) {
      await response.body?.cancel();
      return { reason: `it answered ${status} ${statusText}`.trim(), waitMs: requestedWait(headers) };
    }
    // The body is read here, as connections break off in the middle of it too.
    const body = request.method === 'HEAD' || status === 204 ? null : await response.arrayBuffer();
    return { response: new Response(body, { status, statusText, headers }) };
  } catch (cause) {
    if (isAbortError(cause)) throw cause;
    const inner = cause instanceof Error && cause.cause !== undefined ? `: ${messageOf(cause.cause)}` : '';
    return { reason: `${messageOf(cause)}${inner}`, waitMs: 0, cause };
  }
}

/** Seconds or a date; at most the longest wait of our own. */
function requestedWait(headers: Headers): number {
  const text = headers.get('retry-after');
  if (!text) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(maxDelayMs, Math.max(0, ms)) : 0;
}

function unreachable(url: string, { reason, cause }: Failure): BrushwoodError {
  return new BrushwoodError(
    'broken-file',
    `${url} cannot be fetched: the server failed ${attempts} times (${reason}). Check the address and the connection, then run the ` +
      'same again: finished parts of an output that can be resumed are kept.',
    { url, attempts },
    { cause },
  );
}

/** @throws the reason of the signal */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
      timer = setTimeout(resolve, ms);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
