import { describe, expect, it } from 'vitest';
import type { Project } from '@brushwood/core';
import { Report } from '../report.ts';
import { warnOfRange } from './check-input.ts';

/** The warnings for an image of one range, by a classifier that was trained on another. */
function warnings(range: readonly [number, number], trained?: readonly [number, number]): string[] {
  const found: string[] = [];
  class Listener extends Report {
    override warn(text: string): void {
      found.push(text);
    }
  }
  const classifier = { report: trained && { valueRange: trained } } as Project['classifier'];
  const image = { location: { path: 'image.tif' } };
  warnOfRange({ classifier } as Project, { image, range, report: new Listener({}) });
  return found;
}

describe('warnOfRange', () => {
  it.each([
    ['the same', [0, 255]],
    ['a darker picture', [3, 37]],
    ['a little brighter', [0, 300]],
  ] as const)('is silent about %s', (_, range) => expect(warnings(range, [0, 255])).toEqual([]));

  it.each([
    ['another scale', [0, 1]],
    ['16 bits instead of 8', [0, 4095]],
    ['negative values', [-500, 100]],
  ] as const)('warns of %s, with both ranges', (_, range) => {
    const [text] = warnings(range, [0, 255]);
    expect(text).toContain(`from ${range[0]} to ${range[1]}`);
    expect(text).toContain('from 0 to 255');
  });

  it('says nothing where the training range is unknown', () => expect(warnings([0, 1])).toEqual([]));
});
