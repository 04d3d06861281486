import { describe, expect, it } from 'vitest';
import { abortError, BrushwoodError, isAbortError, messageOf, throwIfAborted } from './errors.ts';

describe('BrushwoodError', () => {
  it('carries code, details and cause besides the message', () => {
    const cause = new Error('disk');
    const error = new BrushwoodError('write-failed', 'No.', { path: 'a.tif' }, { cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, error.details]).toEqual([
      'BrushwoodError',
      'write-failed',
      'No.',
      { path: 'a.tif' },
    ]);
    expect(error.cause).toBe(cause);
  });
});

describe('aborting', () => {
  it('throws "aborted" with the reason once the signal has fired, and nothing before', () => {
    throwIfAborted();
    throwIfAborted(new AbortController().signal);
    const reason = new Error('closed the tab');
    const aborted = AbortSignal.abort(reason);
    expect(() => throwIfAborted(aborted)).toThrow(expect.objectContaining({ code: 'aborted', cause: reason }));
  });

  it("is recognised in our own error and in a platform's", () => {
    expect(isAbortError(abortError())).toBe(true);
    expect(isAbortError(new DOMException('stopped', 'AbortError'))).toBe(true);
    expect(isAbortError(new BrushwoodError('closed', ''))).toBe(false);
    expect(isAbortError(new Error('aborted'))).toBe(false);
    expect(isAbortError('aborted')).toBe(false);
  });
});

describe('messageOf', () => {
  it('reads anything that was thrown', () => {
    expect([new Error('a'), 'b', 3, undefined].map(messageOf)).toEqual(['a', 'b', '3', 'undefined']);
  });
});
