import { BrushwoodError, messageOf, type ErrorCode } from '../errors.ts';
import type { TypedArray } from '../grid/dtype.ts';

/**
 * One thing an implementation of a contract must do. A kit gives a list of them; any test runner, or none, runs them:
 * `for (const check of imageSourceChecks(subject)) it(check.name, check.run);`
 */
export interface Check {
  /** A behaviour, unique in its kit. */
  readonly name: string;
  /** Rejects with a `CheckFailure` (or with the subject's own error) if the subject does not behave so. */
  run(): Promise<void>;
}

/** What a failed check throws: what was expected and what was found. */
export class CheckFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CheckFailure';
  }
}

/** Reasons by the name of the check that is known to fail. */
export type ExpectedFailures = Readonly<Record<string, string>>;

/** What every kit accepts. */
export interface CheckKitOptions {
  /**
   * Known failures: check name → reason. Such a check passes as long as it fails; when it starts to pass, or if no
   * check has that name, the kit fails, so that the list stays true. What a plugin *declares* not to do (`supports`)
   * is no failure: the checks for it are not in the list at all.
   */
  readonly expectedFailures?: ExpectedFailures;
}

/** How a check came out; `error` is absent if it passed. */
export interface CheckResult {
  readonly name: string;
  readonly error?: Error;
}

/** Runs checks one after another without a test runner. */
export async function runChecks(checks: Iterable<Check>): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    try {
      await check.run();
      results.push({ name: check.name });
    } catch (error) {
      results.push({ name: check.name, error: error instanceof Error ? error : new CheckFailure(messageOf(error)) });
    }
  }
  return results;
}

/** Turns known failures around, and adds a failing check for each name that no check has. */
export function withExpectedFailures(checks: readonly Check[], options: CheckKitOptions): Check[] {
  const expected = new Map(Object.entries(options.expectedFailures ?? {}));
  const names = new Set(checks.map((check) => check.name));
  const turned = checks.map((check) => {
    const reason = expected.get(check.name);
    return reason === undefined ? check : { name: check.name, run: () => expectFailure(check, reason) };
  });
  const unknown = [...expected.keys()].filter((name) => !names.has(name));
  return [...turned, ...unknown.map((name) => unknownName(name, names))];
}

async function expectFailure(check: Check, reason: string): Promise<void> {
  const failed = await check.run().then(
    () => false,
    () => true,
  );
  if (!failed) {
    throw new CheckFailure(`"${check.name}" was expected to fail (${reason}), but it passes. Take it off the list.`);
  }
}

function unknownName(name: string, names: ReadonlySet<string>): Check {
  return {
    name: `expected failure "${name}"`,
    run: () =>
      Promise.reject(
        new CheckFailure(
          `expectedFailures names "${name}", but no check has that name. Checks: ${[...names].join('; ')}.`,
        ),
      ),
  };
}

/** @throws CheckFailure unless the condition holds */
export function expectThat(condition: unknown, message: string): asserts condition {
  if (!condition) throw new CheckFailure(message);
}

/**
 * Checks that `action` throws or rejects with a `BrushwoodError` of this code (any code if undefined) before
 * `timeoutMs` are over.
 */
export async function expectError(
  code: ErrorCode | undefined,
  action: () => unknown,
  what: string,
  timeoutMs = 5000,
): Promise<void> {
  const wanted = code === undefined ? 'a BrushwoodError' : `a BrushwoodError '${code}'`;
  const error = await within(settle(action), `${what}: expected ${wanted}, but nothing happened`, timeoutMs);
  if (error === undefined) throw new CheckFailure(`${what}: expected ${wanted}, but it succeeded.`);
  if (!(error.thrown instanceof BrushwoodError) || (code !== undefined && error.thrown.code !== code)) {
    const found = error.thrown instanceof BrushwoodError ? `'${error.thrown.code}'` : 'another error';
    throw new CheckFailure(`${what}: expected ${wanted}, found ${found}: ${messageOf(error.thrown)}`, {
      cause: error.thrown,
    });
  }
}

async function settle(action: () => unknown): Promise<{ thrown: unknown } | undefined> {
  try {
    await action();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

/** The promise's own outcome, or a `CheckFailure` if it has none after `timeoutMs`. */
export async function within<T>(promise: Promise<T>, what: string, timeoutMs = 5000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckFailure(`${what} within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Checks that two arrays hold the same numbers (NaN equals NaN, whatever the types of the arrays). */
export function expectSameValues(found: TypedArray, expected: TypedArray, what: string): void {
  if (found.length !== expected.length) {
    throw new CheckFailure(`${what}: expected ${expected.length} values, found ${found.length}.`);
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i], expected[i]];
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) {
      throw new CheckFailure(`${what}: value ${i} of ${expected.length} is ${String(a)}, expected ${String(b)}.`);
    }
  }
}

/** Checks that two arrays agree within `absolute + relative · |expected|`. */
export function expectCloseValues(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance: { readonly absolute: number; readonly relative: number },
): void {
  if (found.length !== expected.length) {
    throw new CheckFailure(`${what}: expected ${expected.length} values, found ${found.length}.`);
  }
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i]!, expected[i]!];
    if (!(Math.abs(a - b) <= tolerance.absolute + tolerance.relative * Math.abs(b))) {
      throw new CheckFailure(`${what}: value ${i} of ${expected.length} is ${a}, expected ${b}.`);
    }
  }
}
