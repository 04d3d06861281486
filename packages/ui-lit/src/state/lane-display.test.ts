import { addLane, createContainer, newProject, type ImageReference } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { storedRanges, withDisplay } from './lane-display.ts';

const image: ImageReference = {
  nickname: 'a',
  location: { path: '/a.tif' },
  storage: 'absolute',
  axes: 'cyx',
  shape: [1, 2, 1, 4, 4],
  dtype: 'float32',
  channels: 'all',
};
const project = addLane(newProject(createContainer([]).catalog), image);
const shown = (...ranges: (readonly [number, number])[]) =>
  ranges.map((range) => ({ range, color: 'gray' as const, isVisible: true }));
const before = shown([0, 1], [0, 1]);

describe('how a lane is shown', () => {
  it('is kept as the one range that ilastik knows, and by channel where they differ', () => {
    const same = withDisplay(project, 0, { channels: shown([2, 9], [2, 9]), before }).lanes[0]!.rawData;
    expect(same).toEqual({ ...image, normalizeDisplay: true, displayRange: [2, 9] });
    expect(storedRanges(same, 2)).toEqual([
      [2, 9],
      [2, 9],
    ]);
    const changed = withDisplay(project, 0, { channels: shown([2, 9], [-1, 4]), before });
    const { rawData } = changed.lanes[0]!;
    expect(rawData).toMatchObject({
      displayRange: [-1, 9],
      channelRanges: [
        [2, 9],
        [-1, 4],
      ],
    });
    expect(storedRanges(rawData, 2)).toEqual(rawData.channelRanges);
    const again = withDisplay(changed, 0, { channels: shown([2, 9], [2, 9]), before });
    expect('channelRanges' in again.lanes[0]!.rawData).toBe(false);
  });

  it('does not change the project when only colours or visibility do', () => {
    const channels = before.map((channel) => ({ ...channel, isVisible: false }));
    expect(withDisplay(project, 0, { channels, before })).toBe(project);
    expect(withDisplay(project, 7, { channels: shown([3, 4]), before })).toBe(project);
  });

  it('is not taken from ranges that ilastik does not show by, nor from those of other channels', () => {
    expect(storedRanges({ ...image, displayRange: [3, 8] }, 2)).toBeUndefined();
    expect(storedRanges({ ...image, displayRange: [3, 8], normalizeDisplay: true }, 1)).toEqual([[3, 8]]);
    expect(storedRanges({ ...image, channelRanges: [[1, 2]] }, 2)).toBeUndefined();
  });
});
