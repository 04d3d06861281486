import { BrushwoodError, messageOf, type ErrorCode, type ErrorDetails } from '../errors.ts';

/** An error as plain data: `structuredClone` would strip its class, code and details. */
export interface TransferredError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: ErrorCode;
  readonly details?: ErrorDetails;
  readonly cause?: TransferredError;
}

export function packError(error: unknown, depth = 0): TransferredError {
  if (!(error instanceof Error)) return { name: 'Error', message: messageOf(error) };
  const cause = error.cause !== undefined && depth < 4 ? { cause: packError(error.cause, depth + 1) } : {};
  const own = error instanceof BrushwoodError ? { code: error.code, details: error.details } : {};
  return { name: error.name, message: error.message, stack: error.stack, ...own, ...cause };
}

export function unpackError(packed: TransferredError): Error {
  const options = packed.cause ? { cause: unpackError(packed.cause) } : undefined;
  const error = packed.code
    ? new BrushwoodError(packed.code, packed.message, packed.details, options)
    : Object.assign(new Error(packed.message, options), { name: packed.name });
  if (packed.stack) error.stack = packed.stack;
  return error;
}
