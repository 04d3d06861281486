import { BrushwoodError, type ChannelSelection, type OptionValues, type Shape3 } from '@brushwood/core';
import { InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';

/** Options every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly threads: number;
  readonly plugin: readonly string[];
}

export function defaultThreads(): number {
  return availableParallelism();
}

/** `--threads 2`, `--seed 7`: a whole number within bounds. */
export function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`${name} must be a whole number from ${min} to ${max}, got "${text}".`);
    }
    return value;
  };
}

/** `--channels gray`, `--channels 0,2`. */
export function channelSelection(text: string): ChannelSelection {
  if (text === 'all' || text === 'gray') return text;
  const channels = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!channels.every((channel) => Number.isInteger(channel) && channel >= 0)) {
    throw new InvalidArgumentError(`Say "gray", "all" or channel numbers from 0 like 0,2; got "${text}".`);
  }
  return channels;
}

/** `--input-axes zyx`: letters of tczyx, each once, x and y among them. Whether they fit the image is seen later. */
export function axes(text: string): string {
  const isValid = /^[tczyx]+$/.test(text) && new Set(text).size === text.length && /x/.test(text) && /y/.test(text);
  if (!isValid) {
    throw new InvalidArgumentError(
      `Say one letter of t, c, z, y, x for each axis, slowest first, x and y among them, like yxc or zyx; got "${text}".`,
    );
  }
  return text;
}

/**
 * `--source segmentation,uncertainty`, repeatable; one of `known` each. Commander's own lists of values would take the
 * images that follow for sources.
 */
export function sourceList(known: readonly string[], initial: readonly string[]) {
  return (text: string, previous: readonly string[]): readonly string[] => {
    const names = text.split(',').map((name) => name.trim());
    const bad = names.find((name) => !known.includes(name));
    if (bad !== undefined) {
      throw new InvalidArgumentError(`There is no source "${bad}". Say one or several of ${known.join(',')}.`);
    }
    const before = previous === initial ? [] : previous;
    return [...before, ...names.filter((name) => !before.includes(name))];
  };
}

/** `--block 64` (every axis) or `--block 32,128,128` (z, y, x). */
export function blockShape(text: string): Shape3 {
  const sizes = text.split(',').map(Number);
  const isValid =
    sizes.every((size) => Number.isInteger(size) && size >= 1) && (sizes.length === 1 || sizes.length === 3);
  if (!isValid)
    throw new InvalidArgumentError(
      `Say one size for all axes or three for z,y,x, like 64 or 32,128,128; got "${text}".`,
    );
  return sizes.length === 1 ? [sizes[0]!, sizes[0]!, sizes[0]!] : [sizes[0]!, sizes[1]!, sizes[2]!];
}

/** `--memory 500M`, `--memory 2G`: bytes. */
export function memorySize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg])i?b?$/i.exec(text.trim());
  const power = match ? 'kmg'.indexOf(match[2]!.toLowerCase()) + 1 : 0;
  const bytes = Number(match?.[1]) * 1024 ** power;
  if (!(bytes > 0)) throw new InvalidArgumentError(`Say a size with its unit, like 500M or 2G; got "${text}".`);
  return bytes;
}

/** `--map 0=1,255=2`. */
export function valueMap(text: string): ReadonlyMap<number, number> {
  const entries = text
    .split(',')
    .map((part) => part.split('=').map((side) => (side.trim() === '' ? Number.NaN : Number(side))));
  if (!entries.every((entry) => entry.length === 2 && entry.every(Number.isInteger))) {
    throw new InvalidArgumentError(`Say VALUE=LABEL pairs like 0=1,255=2; got "${text}".`);
  }
  return new Map(entries as [number, number][]);
}

/** `#ff0000`, `ff0000` or `255,0,0`. */
export function color(text: string): readonly [number, number, number] {
  const hex = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  const parts = hex ? hex.slice(1).map((part) => Number.parseInt(part, 16)) : text.split(',').map(Number);
  if (parts.length !== 3 || !parts.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) {
    throw new BrushwoodError('invalid-parameter', `Say a colour as #rrggbb or R,G,B from 0 to 255; got "${text}".`);
  }
  return [parts[0]!, parts[1]!, parts[2]!];
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Collects a repeatable option whose values may be lists with commas. */
export function collectList(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...value.split(',').map((part) => part.trim())];
}

/** `--option treeCount=50`: numbers and true/false are recognised. */
export function optionValues(pairs: readonly string[]): OptionValues {
  const values: Record<string, number | boolean | string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new BrushwoodError('invalid-parameter', `Say --option KEY=VALUE, got "${pair}".`);
    const text = pair.slice(at + 1);
    const number = Number(text);
    values[pair.slice(0, at)] =
      text === 'true' ? true : text === 'false' ? false : text !== '' && !Number.isNaN(number) ? number : text;
  }
  return values;
}
