import { describe, expect, it } from 'vitest';
import type { ImageSource } from '../contracts/image-source.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import { roiShape, wholeRoi } from '../grid/roi.ts';
import { addClass } from '../project/classes.ts';
import { readLabels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import { caught } from '../test-doubles/caught.ts';
import { asTrained, emptyProject, imageReference, withLabelledLane } from '../test-doubles/projects.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import type { TypedArray } from '../grid/dtype.ts';
import { importLabels } from './import-labels.ts';

const shape: Shape5 = [1, 1, 1, 1, 5];
/** Two classes (yellow, blue); one lane with the labels 0 1 2 0 1. */
const painted = () =>
  asTrained(withLabelledLane(emptyProject(['sky', 'tree']), imageReference('a', shape), Uint8Array.of(0, 1, 2, 0, 1)));
const labelsOf = ({ lanes: [lane] }: Project) => [...readLabels(lane!.labels, wholeRoi(lane!.labels.shape))];
const mask = (data: TypedArray, maskShape: Shape5 = shape) => memoryImageSource({ data, shape: maskShape });

describe('importLabels', () => {
  it("replaces the lane's labels and drops the model", async () => {
    const project = await importLabels(painted(), mask(Uint8Array.of(2, 0, 0, 1, 0)), { lane: 0 });
    expect(labelsOf(project)).toEqual([2, 0, 0, 1, 0]);
    expect(project.classifier.model).toBeUndefined();
  });

  it('keeps labels where the mask is 0 when it merges', async () => {
    const source = mask(Uint8Array.of(2, 0, 1, 1, 0));
    expect(labelsOf(await importLabels(painted(), source, { lane: 0, isMerge: true }))).toEqual([2, 1, 1, 1, 1]);
  });

  it('adds classes for values that have none, also those in between', async () => {
    const project = await importLabels(painted(), mask(Uint16Array.of(4, 0, 0, 0, 1)), { lane: 0 });
    expect(project.classes.map(({ name }) => name)).toEqual(['sky', 'tree', 'Label 3', 'Label 4']);
    expect(labelsOf(project)).toEqual([4, 0, 0, 0, 1]);
  });

  it('gives a new class a free name', async () => {
    const project = addClass(painted(), 'Label 4');
    const { classes } = await importLabels(project, mask(Uint8Array.of(4, 0, 0, 0, 0)), { lane: 0 });
    expect(new Set(classes.map(({ name }) => name)).size).toBe(4);
  });

  it('maps values to labels', async () => {
    const valueMap = new Map([
      [255, 2],
      [128, 0],
    ]);
    const source = mask(Uint8Array.of(255, 128, 1, 0, 255));
    expect(labelsOf(await importLabels(painted(), source, { lane: 0, valueMap }))).toEqual([2, 0, 1, 0, 2]);
  });

  it('reads colours: black is none, the colour of a class is that class, others become classes', async () => {
    const red = [200, 0, 0];
    const colors = [[0, 0, 0], [0, 130, 200], red, [255, 225, 25], red];
    const data = Uint8Array.from([0, 1, 2].flatMap((c) => colors.map((color) => color[c]!)));
    const project = await importLabels(painted(), mask(data, [1, 3, 1, 1, 5]), { lane: 0 });
    expect(labelsOf(project)).toEqual([0, 2, 3, 1, 3]);
    expect(project.classes[2]!.color).toEqual(red);
  });

  it('gives a new colour a label of its own although two classes share a colour', async () => {
    const project = addClass(painted(), 'moss', [0, 130, 200]);
    const colors = [
      [1, 2, 3],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const data = Uint8Array.from([0, 1, 2].flatMap((c) => colors.map((color) => color[c]!)));
    const { classes, lanes } = await importLabels(project, mask(data, [1, 3, 1, 1, 5]), { lane: 0 });
    expect(readLabels(lanes[0]!.labels, wholeRoi(shape))[0]).toBe(4);
    expect(classes[3]!.color).toEqual([1, 2, 3]);
  });

  it('gives a colour that two classes share to the first of them', async () => {
    const project = addClass(painted(), 'moss', [0, 130, 200]);
    const data = Uint8Array.from([0, 130, 200].flatMap((value) => [value, 0, 0, 0, 0]));
    const { classes, lanes } = await importLabels(project, mask(data, [1, 3, 1, 1, 5]), { lane: 0 });
    expect(readLabels(lanes[0]!.labels, wholeRoi(shape))[0]).toBe(2);
    expect(classes.length).toBe(project.classes.length);
  });

  it('refuses another size and says what both are', async () => {
    const error = await caught(() => importLabels(painted(), mask(new Uint8Array(6), [1, 1, 1, 1, 6]), { lane: 0 }));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/\(1, 1, 1, 1, 6\).*"a" has \(1, 1, 1, 1, 5\)/);
  });

  for (const data of [
    Uint8Array.of(0, 0, 0, 100, 0),
    Float32Array.of(0, 0, 0, 1.5, 0),
    Int16Array.of(0, 0, 0, -1, 0),
  ]) {
    it(`refuses the value ${data[3]}, names its place and offers a map`, async () => {
      const error = await caught(() => importLabels(painted(), mask(data), { lane: 0 }));
      expect(error.code).toBe('invalid-labels');
      expect(error.message).toMatch(new RegExp(`holds ${data[3]} \\(at x=3, y=0, z=0\\).*--map`));
    });
  }

  it('reads plane by plane, so that memory does not grow with the volume', async () => {
    const volume: Shape5 = [2, 1, 3, 600, 4];
    const lane = withLabelledLane(
      emptyProject(['sky', 'tree']),
      imageReference('v', volume),
      new Uint8Array(2 * 3 * 2400),
    );
    const data = Uint16Array.from({ length: 2 * 3 * 2400 }, (_, i) => i % 3);
    const source = mask(data, volume);
    const sizes: number[] = [];
    const watched: ImageSource = {
      info: source.info,
      close: () => source.close(),
      async read(roi, options) {
        sizes.push(elementCount(roiShape(roi)));
        return source.read(roi, options);
      },
    };
    const project = await importLabels(lane, watched, { lane: 0 });
    expect(labelsOf(project)).toEqual([...data]);
    expect(Math.max(...sizes)).toBe(512 * 4);
  });
});
