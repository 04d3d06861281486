import { describe, expect, it } from 'vitest';
import { runChecks } from './check.ts';
import { kitChecks } from './kit-checks.ts';

/** A kit for numbers: they must be positive and whole. */
const check = (name: string, isRight: boolean) => ({
  name,
  run: () => (isRight ? Promise.resolve() : Promise.reject(new Error(name))),
});
const kit = (value: number) => [check('positive', value > 0), check('whole', Number.isInteger(value))];

async function failures(broken: Record<string, number>, correct = 1): Promise<string[]> {
  const results = await runChecks(kitChecks({ kit, correct, broken }));
  return results.filter((result) => result.error).map((result) => result.name);
}

describe('kitChecks', () => {
  it('passes a kit whose checks each catch one fault', async () => {
    expect(await failures({ positive: -1, whole: 0.5 })).toEqual([]);
  });

  it('finds a check without a broken subject, and a subject without a check', async () => {
    expect(await failures({ positive: -1 })).toEqual(['has a broken subject for every check']);
    expect(await failures({ positive: -1, whole: 0.5, even: 3 })).toContain('has a broken subject for every check');
  });

  it('finds a check that catches nothing, and a fault that two checks catch', async () => {
    expect(await failures({ positive: 2, whole: -0.5 })).toEqual([
      'catches a subject that breaks "positive"',
      'catches a subject that breaks "whole"',
    ]);
  });

  it('finds a kit that fails a correct subject', async () => {
    expect(await failures({ positive: -1, whole: 0.5 }, 0.5)).toEqual(['passes a correct subject']);
  });
});
