import { BrushwoodError } from '../errors.ts';

/** The `BrushwoodError` an action throws or rejects with; anything else fails the test. */
export async function caught(action: () => unknown): Promise<BrushwoodError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof BrushwoodError) return error;
    throw error;
  }
  throw new Error('Expected a BrushwoodError, but nothing was thrown.');
}
