import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { caught } from '../test-doubles/caught.ts';
import { asTrained, emptyProject, imageReference, withLabelledLane } from '../test-doubles/projects.ts';
import { hasLabels } from './labels.ts';
import { usedChannelCount } from './lane.ts';
import { addLane, embedLane, findLane, relinkLane, removeLane, replaceLane, setPredictionMask } from './lanes.ts';
import type { Project } from './project.ts';

const flat: Shape5 = [1, 1, 1, 2, 3];

/** Lane "a" with labels, lane "b" without; trained. */
function twoLanes(): Project {
  const project = withLabelledLane(
    emptyProject(['sky', 'tree']),
    imageReference('a', flat),
    Uint8Array.of(1, 2, 0, 0, 0, 0),
  );
  return asTrained(addLane(project, imageReference('b', flat, { fingerprint: 'one' })));
}
const model = (project: Project) => project.classifier.model;

describe('adding an image', () => {
  it('gives it empty labels and keeps the model', () => {
    const project = addLane(twoLanes(), imageReference('c', [1, 1, 1, 9, 9]));
    expect(project.lanes).toHaveLength(3);
    expect(project.lanes[2]!.labels.shape).toEqual([1, 1, 1, 9, 9]);
    expect(model(project)).toBeDefined();
  });

  it('computes features in 3-D if the first image is a volume, in 2-D if it is flat', () => {
    const features = { filterIds: [], sigmas: [1, 2], selected: [], computeIn2d: [true, false] };
    const after = (shape: Shape5) => addLane({ ...emptyProject(), features }, imageReference('v', shape)).features;
    expect(after([1, 1, 4, 2, 3]).computeIn2d).toEqual([false, false]);
    expect(after(flat).computeIn2d).toEqual([true, true]);
  });

  it('leaves the features of a trained project without images as the model knows them', () => {
    const project = asTrained(emptyProject(['sky', 'tree']));
    expect(addLane(project, imageReference('v', [1, 1, 4, 2, 3])).features).toBe(project.features);
  });

  it('refuses other channel counts and names the option that helps', async () => {
    const error = await caught(() => addLane(twoLanes(), imageReference('c', [1, 3, 1, 2, 3])));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/3 channel\(s\).*have 1.*--channels/);
  });

  it('counts the channels that are used, not those of the file', () => {
    const rgb: Shape5 = [1, 3, 1, 2, 3];
    expect(usedChannelCount(imageReference('c', rgb))).toBe(3);
    expect(usedChannelCount(imageReference('c', rgb, { channels: 'gray' }))).toBe(1);
    expect(usedChannelCount(imageReference('c', rgb, { channels: [0, 2] }))).toBe(2);
    expect(addLane(twoLanes(), imageReference('c', rgb, { channels: 'gray' })).lanes).toHaveLength(3);
  });

  it('refuses a volume among flat images and the other way round', async () => {
    const volume = imageReference('v', [1, 1, 4, 2, 3]);
    expect((await caught(() => addLane(twoLanes(), volume))).message).toMatch(/a volume.*flat.*--input-axes/);
    const volumes = addLane(emptyProject(), volume);
    expect((await caught(() => addLane(volumes, imageReference('a', flat)))).message).toMatch(/a flat image.*volumes/);
  });

  it('accepts another number of time points', () => {
    expect(addLane(twoLanes(), imageReference('c', [7, 1, 1, 2, 3])).lanes).toHaveLength(3);
  });
});

describe('removing an image', () => {
  it('drops the model only if labels go with it', () => {
    expect(model(removeLane(twoLanes(), 0))).toBeUndefined();
    expect(model(removeLane(twoLanes(), 1))).toBeDefined();
    expect(removeLane(twoLanes(), 0).lanes.map((lane) => lane.rawData.nickname)).toEqual(['b']);
  });

  it('says how many there are if there is no such lane', async () => {
    expect((await caught(() => removeLane(twoLanes(), 2))).message).toMatch(/no lane 2; the project has 2/);
  });
});

describe('replacing an image', () => {
  it('keeps labels where the size is the same, and drops the model', () => {
    const project = replaceLane(twoLanes(), 0, imageReference('new', flat));
    expect(project.lanes[0]!.rawData.nickname).toBe('new');
    expect(hasLabels(project.lanes[0]!.labels)).toBe(true);
    expect(model(project)).toBeUndefined();
  });

  it('refuses another size while there are labels, and allows it without', async () => {
    const larger = imageReference('new', [1, 1, 1, 5, 5]);
    expect((await caught(() => replaceLane(twoLanes(), 0, larger))).code).toBe('shape-mismatch');
    expect(replaceLane(twoLanes(), 1, larger).lanes[1]!.labels.shape).toEqual([1, 1, 1, 5, 5]);
  });

  it('is free in channels if it is the only image', () => {
    const project = addLane(emptyProject(), imageReference('a', flat));
    expect(replaceLane(project, 0, imageReference('rgb', [1, 3, 1, 2, 3])).lanes).toHaveLength(1);
  });
});

describe('relinking a moved image', () => {
  const found = (more = {}) => imageReference('elsewhere', flat, { storage: 'absolute', ...more });

  it('changes the place and nothing else', () => {
    const before = twoLanes();
    const project = relinkLane(before, 1, found({ fingerprint: 'one' }));
    expect(project.lanes[1]!.rawData).toEqual({
      ...before.lanes[1]!.rawData,
      location: { path: 'elsewhere.tif' },
      storage: 'absolute',
    });
    expect(model(project)).toBeDefined();
  });

  it('takes over the axes of the file found: the old ones would not open it', () => {
    const { rawData } = relinkLane(twoLanes(), 1, found({ axes: 'yxc', dtype: 'uint16' })).lanes[1]!;
    expect([rawData.axes, rawData.dtype]).toEqual(['yxc', 'uint16']);
  });

  it('refuses another shape and another content', async () => {
    expect((await caught(() => relinkLane(twoLanes(), 1, found({ shape: [1, 1, 1, 2, 4] })))).message).toMatch(
      /its shape is/,
    );
    expect((await caught(() => relinkLane(twoLanes(), 1, found({ fingerprint: 'two' })))).message).toMatch(
      /content differs/,
    );
  });

  it('keeps the known fingerprint when the new one was not taken', () => {
    expect(relinkLane(twoLanes(), 1, found()).lanes[1]!.rawData.fingerprint).toBe('one');
  });
});

describe('other edits of lanes', () => {
  it('sets and removes a prediction mask, which must cover the image in all but channels', async () => {
    const mask = imageReference('mask', [1, 2, 1, 2, 3]);
    const masked = setPredictionMask(twoLanes(), 1, mask);
    expect(masked.lanes[1]!.predictionMask).toBe(mask);
    expect('predictionMask' in setPredictionMask(masked, 1, undefined).lanes[1]!).toBe(false);
    const small = imageReference('mask', [1, 1, 1, 2, 2]);
    expect((await caught(() => setPredictionMask(twoLanes(), 1, small))).code).toBe('shape-mismatch');
  });

  it('embeds an image', () => {
    expect(embedLane(twoLanes(), 0).lanes[0]!.rawData.storage).toBe('embedded');
  });

  it('finds a lane by nickname first, then by number; a miss names those there are', async () => {
    const project = addLane(twoLanes(), imageReference('0', flat));
    expect(findLane(project, 'b')).toBe(1);
    expect(findLane(project, '1')).toBe(1);
    expect(findLane(project, '0')).toBe(2);
    const error = await caught(() => findLane(project, 'c'));
    expect(error.code).toBe('lane-missing');
    expect(error.message).toContain('1 "b"');
    expect((await caught(() => findLane(project, '3'))).code).toBe('lane-missing');
    expect((await caught(() => findLane(project, ''))).code).toBe('lane-missing');
  });
});
