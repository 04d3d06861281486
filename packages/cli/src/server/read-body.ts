import { BrushwoodError } from '@brushwood/core';
import type { IncomingMessage } from 'node:http';

/**
 * The whole body of a request.
 * @throws 'too-large' as soon as that is known, 'incomplete' if the client breaks off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof BrushwoodError) throw cause;
    throw new BrushwoodError('incomplete', 'The connection broke off within the request.', {}, { cause });
  }
  return Buffer.concat(parts, length);
}

function tooLarge(maxBytes: number): BrushwoodError {
  return new BrushwoodError(
    'too-large',
    `More than ${maxBytes} bytes were sent. Keep large images out of a project: name them when you start brushwood ui.`,
    { maxBytes },
  );
}
