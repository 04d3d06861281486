import type { ClassifierOption, OptionValues } from '../contracts/classifier.ts';

/** Options of the built-in methods (spec §B.7). */
export const countParameter: ClassifierOption = {
  key: 'count',
  description: 'Number of features; 0 = find the best',
  kind: 'integer',
  default: 7,
  min: 0,
  max: 10_000,
};
export const penaltyParameter: ClassifierOption = {
  key: 'penalty',
  description: 'Set size penalty: the larger, the smaller the sets',
  kind: 'number',
  default: 0.1,
  min: 0,
  max: 1,
};

/** `Filter method, 7 features`, or that the number was found. */
export function nameWithCount(name: string, parameters: OptionValues): string {
  const count = numberOf(parameters, countParameter);
  if (count === 0) return `${name}, best number (penalty ${numberOf(parameters, penaltyParameter)})`;
  return `${name}, ${count} feature${count === 1 ? '' : 's'}`;
}

/** A declared number; core has checked it. */
export function numberOf(parameters: OptionValues, { key }: ClassifierOption): number {
  return Number(parameters[key]);
}
