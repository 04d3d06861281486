import { BrushwoodError } from '@brushwood/core';
import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request.
 * @throws 'too-large' as soon as that is known, 'incomplete' if the client breaks off
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  const parts: Buffer[] = [];
  let length = 0;
  // Not `for await`: leaving it would destroy the request, and with it the way back for the answer.
  return new Promise((resolve, reject) => {
    const onData = (part: Buffer) => {
      length += part.length;
      if (length <= maxBytes) {
        parts.push(part);
        return;
      }
      request.off('data', onData);
      parts.length = 0;
      reject(tooLarge(maxBytes));
    };
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(parts, length)));
    request.once('close', () =>
      reject(new BrushwoodError('incomplete', 'The connection broke off within the request.')),
    );
    request.once('error', reject);
  });
}

/** How long a client may go on sending what nobody wants. */
const patienceMs = 10_000;

/**
 * Waits for the end of a body that is not read: a client that is cut off while it sends never sees the answer.
 * @returns whether the client has come to an end
 */
export function discardRest(request: IncomingMessage): Promise<boolean> {
  if (request.complete || request.destroyed) return Promise.resolve(request.complete);
  request.resume();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patienceMs);
    request.once('close', () => {
      clearTimeout(timer);
      resolve(request.complete);
    });
    request.once('end', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function tooLarge(maxBytes: number): BrushwoodError {
  return new BrushwoodError(
    'too-large',
    `More than ${maxBytes} bytes were sent. Keep large images out of a project: name them when you start brushwood ui.`,
    { maxBytes },
  );
}
