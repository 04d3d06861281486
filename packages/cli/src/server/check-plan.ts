import { dtypes, type ExportPlan } from '@brushwood/core';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isSize: Check = (value) => isCount(value) && value !== 0;
const listOf =
  (check: Check, length?: number): Check =>
  (value) =>
    Array.isArray(value) && (length === undefined || value.length === length) && value.every(check);
const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
/** Names that are not checked may be there: a page may be newer than its server. */
const allOf =
  (checks: Readonly<Record<string, Check>>, needed: readonly string[] = []): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const facts = new Map(Object.entries(value));
    return Object.entries(checks).every(([name, check]) =>
      facts.get(name) === undefined ? !needed.includes(name) : check(facts.get(name)),
    );
  };

const isOutput = allOf(
  {
    sourceId: isText,
    dtype: oneOf(dtypes),
    channels: listOf(isCount),
    renormalize: allOf({ from: listOf(isNumber, 2), to: listOf(isNumber, 2) }, ['from', 'to']),
  },
  ['sourceId'],
);
const isSpan = allOf({ start: isCount, stop: isCount });
const isLayout = allOf({
  chunkShape: listOf(isSize, 5),
  shardShape: listOf(isSize, 5),
  version: isCount,
  compression: oneOf(['none', 'gzip', 'zstd']),
  flavour: isText,
});
const isPostprocessing = allOf({
  combine: listOf(listOf(isCount)),
  smoothing: isNumber,
  thresholds: listOf(isNumber),
});

interface Field {
  readonly check: Check;
  readonly needs: string;
  readonly isOptional?: boolean;
}

const fields: Readonly<Record<keyof ExportPlan, Field>> = {
  outputs: {
    check: (value) => listOf(isOutput)(value) && (value as unknown[]).length > 0,
    needs: 'a list of results, each with its source, and with dtype, channels and renormalize if they are said',
  },
  formatId: { check: isText, needs: 'the name of a format' },
  layout: {
    check: isLayout,
    needs: 'chunkShape and shardShape of five sizes, a version, a flavour, and the compression none, gzip or zstd',
    isOptional: true,
  },
  axes: { check: isText, needs: 'the letters of axes', isOptional: true },
  pattern: {
    check: (value) => isText(value) && value !== '' && !String(value).includes('\0'),
    needs: 'a file name',
  },
  roi: {
    check: allOf({ start: listOf(isCount, 5), stop: listOf(isCount, 5) }, ['start', 'stop']),
    needs: 'start and stop, each of five whole numbers along t, c, z, y, x',
    isOptional: true,
  },
  part: {
    check: allOf({ t: isSpan, z: isSpan, y: isSpan, x: isSpan }),
    needs: 'whole numbers as start and stop of t, z, y or x',
    isOptional: true,
  },
  steps: {
    check: allOf({ postprocessing: isPostprocessing, smallestObject: isSize }),
    needs: 'postprocessing with lists and numbers, and smallestObject a whole number from 1',
  },
  overwrite: { check: isFlag, needs: 'true or false', isOptional: true },
};

/**
 * Has a plan that a page sent the shape of one? Whether it suits the project and the images is found by what uses it.
 * @returns what is wrong, undefined if nothing is
 */
export function wrongInPlan(plan: unknown): string | undefined {
  const facts = new Map(Object.entries(Object(plan) as object));
  for (const [name, { check, needs, isOptional }] of Object.entries(fields)) {
    const value: unknown = facts.get(name);
    if (value === undefined ? !isOptional : !check(value)) return `${name} of its plan is to be ${needs}`;
  }
  return undefined;
}

/** May it say which channels of a file are used? */
export const isChannelSelection: Check = (value) => oneOf(['all', 'gray'])(value) || listOf(isCount)(value);
