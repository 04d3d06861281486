import { describe, expect, it } from 'vitest';
import { progressOf, shownRate, shownTime, type RunImage } from './run-progress.ts';

const image = (state: RunImage['state'], voxels: number, share: number): RunImage => ({
  name: 'a',
  state,
  voxels,
  share,
  phase: '',
  files: [],
  messages: [],
});

describe('the progress of a run', () => {
  it('goes by voxels: a large image is a large part of it', () => {
    const images = [image('done', 100, 1), image('running', 300, 0.5), image('waiting', 250, 0)];
    // 250 of 650 voxels in 10 s: 400 are left, at 25 voxels a second.
    expect(progressOf(images, 10_000)).toEqual({ share: 250 / 650, voxelsPerSecond: 25, secondsLeft: 16 });
  });

  it('does not take an image that failed or was skipped for fast work', () => {
    const images = [
      image('failed', 600, 0.1),
      image('skipped', 200, 0),
      image('done', 100, 1),
      image('waiting', 100, 0),
    ];
    expect(progressOf(images, 2000)).toEqual({ share: 0.9, voxelsPerSecond: 50, secondsLeft: 2 });
  });

  it('says nothing of the time while nothing is done', () => {
    expect(progressOf([image('running', 100, 0)], 5000).secondsLeft).toBeUndefined();
    expect(shownTime(undefined)).toBe('');
  });

  it('is told in the words of people', () => {
    expect([0.4, 12.2, 200, 9000].map(shownTime)).toEqual([
      'nearly done',
      'about 13 s left',
      'about 3 min left',
      'about 2.5 h left',
    ]);
    expect([0, 12_000, 3.21e6].map(shownRate)).toEqual(['', '12 thousand voxels/s', '3.2 million voxels/s']);
  });
});
