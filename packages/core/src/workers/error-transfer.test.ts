import { describe, expect, it } from 'vitest';
import { BrushwoodError } from '../errors.ts';
import { packError, unpackError } from './error-transfer.ts';

const sent = (error: unknown) => unpackError(structuredClone(packError(error)));

describe('an error that crosses a thread', () => {
  it('keeps class, code, details, message and stack', () => {
    const error = new BrushwoodError('not-finite', 'NaN at x=3', { x: 3, axes: ['y', 'x'] });
    const arrived = sent(error);
    expect(arrived).toBeInstanceOf(BrushwoodError);
    expect(arrived).toMatchObject({ code: 'not-finite', message: 'NaN at x=3', details: { x: 3, axes: ['y', 'x'] } });
    expect(arrived.stack).toBe(error.stack);
  });

  it('keeps the chain of causes, foreign ones by name and message', () => {
    const disk = new RangeError('offset 9');
    const error = new BrushwoodError('broken-file', 'Truncated', {}, { cause: new Error('read', { cause: disk }) });
    const cause = sent(error).cause as Error;
    expect([cause.name, cause.message]).toEqual(['Error', 'read']);
    expect(cause.cause).toMatchObject({ name: 'RangeError', message: 'offset 9' });
  });

  it('survives a chain that goes round in a circle', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(sent(error).message).toBe('a');
  });

  it('makes an error of anything else that was thrown', () => {
    expect(sent('no')).toMatchObject({ name: 'Error', message: 'no' });
    expect(sent(undefined).message).toBe('undefined');
    expect(sent(new BrushwoodError('closed', 'x', {}, { cause: 'text' })).cause).toMatchObject({ message: 'text' });
  });
});
