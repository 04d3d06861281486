import { CheckFailure, runChecks, type Check } from './check.ts';

export interface KitSubject<Subject> {
  /** The kit to be proved. */
  kit(subject: Subject): readonly Check[];
  /** A subject that does everything right. */
  readonly correct: Subject;
  /** For every check of the kit, a subject with the one fault that this check is there to catch. */
  readonly broken: Readonly<Record<string, Subject>>;
}

/**
 * Checks of a check kit: a correct subject passes, and every check catches a broken one that all other checks let
 * through, so none is idle and none repeats another.
 */
export function kitChecks<Subject>({ kit, correct, broken }: KitSubject<Subject>): Check[] {
  const names = kit(correct).map((check) => check.name);
  const catches = Object.entries(broken).map(([name, subject]) => ({
    name: `catches a subject that breaks "${name}"`,
    run: () => expectFailing(kit(subject), [name]),
  }));
  return [
    { name: 'passes a correct subject', run: () => expectFailing(kit(correct), []) },
    { name: 'has a broken subject for every check', run: () => expectNames(Object.keys(broken), names) },
    ...catches,
  ];
}

async function expectFailing(checks: readonly Check[], expected: readonly string[]): Promise<void> {
  const failed = (await runChecks(checks)).filter((result) => result.error);
  const found = failed.map((result) => result.name);
  if (found.length !== expected.length || found.some((name, i) => name !== expected[i])) {
    const reasons = failed.map(({ name, error }) => `"${name}": ${error?.message}`).join('\n') || 'none';
    throw new CheckFailure(
      `Expected to fail: ${expected.map((name) => `"${name}"`).join(', ') || 'none'}. Failed: ${reasons}`,
    );
  }
}

async function expectNames(found: readonly string[], expected: readonly string[]): Promise<void> {
  const missing = expected.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !expected.includes(name));
  if (missing.length + unknown.length > 0 || new Set(expected).size !== expected.length) {
    throw new CheckFailure(
      `Without a broken subject: ${missing.join('; ') || 'none'}. No such check: ${unknown.join('; ') || 'none'}.`,
    );
  }
}
