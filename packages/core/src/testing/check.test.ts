import { describe, expect, it } from 'vitest';
import { BrushwoodError } from '../errors.ts';
import {
  CheckFailure,
  expectCloseValues,
  expectError,
  expectSameValues,
  runChecks,
  withExpectedFailures,
  within,
  type Check,
} from './check.ts';

const passing: Check = { name: 'passes', run: async () => undefined };
const failing: Check = { name: 'fails', run: () => Promise.reject(new CheckFailure('no')) };
const namesOfFailures = async (checks: readonly Check[]) =>
  (await runChecks(checks)).filter((result) => result.error).map((result) => result.name);

describe('withExpectedFailures', () => {
  it('passes a check that fails as expected', async () => {
    const checks = withExpectedFailures([passing, failing], { expectedFailures: { fails: 'known' } });
    expect(await namesOfFailures(checks)).toEqual([]);
  });

  it('fails a check that was expected to fail but passes', async () => {
    const checks = withExpectedFailures([passing, failing], { expectedFailures: { passes: 'was so once' } });
    expect(await namesOfFailures(checks)).toEqual(['passes', 'fails']);
  });

  it('fails for a name that no check has', async () => {
    const checks = withExpectedFailures([passing], { expectedFailures: { typo: 'known' } });
    const [, unknown] = await runChecks(checks);
    expect(unknown?.error?.message).toContain('"typo"');
  });

  it('leaves the checks as they are without a list', () => {
    expect(withExpectedFailures([passing, failing], {})).toEqual([passing, failing]);
  });
});

describe('expectError', () => {
  const closed = () => Promise.reject(new BrushwoodError('closed', 'It is closed.'));

  it('accepts the code that was asked for, rejected or thrown', async () => {
    await expectError('closed', closed, 'reading');
    await expectError(
      'closed',
      () => {
        throw new BrushwoodError('closed', 'It is closed.');
      },
      'reading',
    );
  });

  it('says what was found instead', async () => {
    await expect(expectError('aborted', closed, 'reading')).rejects.toThrow(/'aborted', found 'closed'/);
    await expect(expectError('aborted', () => Promise.reject(new TypeError('x')), 'reading')).rejects.toThrow(
      /another error: x/,
    );
    await expect(expectError('aborted', () => 1, 'reading')).rejects.toThrow(/it succeeded/);
  });

  it('does not wait for ever', async () => {
    await expect(expectError('aborted', () => new Promise(() => undefined), 'reading', 20)).rejects.toThrow(
      /within 20 ms/,
    );
    await expect(within(new Promise(() => undefined), 'nothing', 20)).rejects.toBeInstanceOf(CheckFailure);
  });
});

describe('comparing values', () => {
  it('takes NaN for equal to NaN, and numbers for equal across types', () => {
    expectSameValues(Float32Array.of(1, NaN), Float64Array.of(1, NaN), 'values');
  });

  it('names the first value that differs', () => {
    expect(() => expectSameValues(Uint8Array.of(1, 2), Uint8Array.of(1, 3), 'values')).toThrow(
      'value 1 of 2 is 2, expected 3',
    );
    expect(() => expectSameValues(Uint8Array.of(1), Uint8Array.of(1, 3), 'values')).toThrow(
      'expected 2 values, found 1',
    );
  });

  it('allows the absolute and the relative tolerance together, but no NaN', () => {
    const tolerance = { absolute: 0.1, relative: 0.01 };
    expectCloseValues([101.05], [100], 'values', tolerance);
    expect(() => expectCloseValues([101.2], [100], 'values', tolerance)).toThrow('101.2');
    expect(() => expectCloseValues([NaN], [100], 'values', tolerance)).toThrow('NaN');
  });
});
