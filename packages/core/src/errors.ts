/** Every code an error of Brushwood can carry. Callers branch on the code, people read the message. */
export type ErrorCode =
  | 'aborted'
  | 'already-exists'
  | 'arena-exhausted'
  | 'axes-mismatch'
  | 'broken-file'
  | 'class-missing'
  | 'closed'
  | 'duplicate-plugin'
  | 'halo-too-small'
  | 'image-too-small'
  | 'incomplete'
  | 'internal'
  | 'invalid-labels'
  | 'invalid-parameter'
  | 'invalid-roi'
  | 'lane-missing'
  | 'locked'
  | 'no-classifier'
  | 'no-features'
  | 'no-labels'
  | 'not-finite'
  | 'not-found'
  | 'not-registered'
  | 'one-class'
  | 'other-settings'
  | 'out-of-memory'
  | 'project-incomplete'
  | 'project-unsupported'
  | 'shape-mismatch'
  | 'too-large'
  | 'unsupported'
  | 'unsupported-dtype'
  | 'unsupported-format'
  | 'worker-crashed'
  | 'write-failed';

/** Plain data only, so that it can be posted between threads. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/**
 * The one error class. The message says who failed, what was needed, what was found and what to do next; `code` is
 * for programs; `details` holds the same facts as plain data.
 */
export class BrushwoodError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BrushwoodError';
    this.code = code;
    this.details = details;
  }
}

/** Throws 'aborted' if the signal has fired. Call it between units of work. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal);
}

/** The error an aborted operation rejects with. */
export function abortError(signal?: AbortSignal): BrushwoodError {
  return new BrushwoodError('aborted', 'The operation was cancelled.', {}, { cause: signal?.reason });
}

/** True for our own 'aborted' and for the DOMException a platform API throws when its signal fires. */
export function isAbortError(error: unknown): boolean {
  return (
    (error instanceof BrushwoodError && error.code === 'aborted') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
