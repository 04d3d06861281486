import { BrushwoodError, type OptionValues } from '@brushwood/core';

/** @throws 'invalid-parameter' if the option is not a number */
export function numberOption(options: OptionValues, key: string, who: string): number {
  const value = options[key];
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new BrushwoodError('invalid-parameter', `${who} needs the option "${key}" as a number, got ${value}.`, { key });
}
