import { describe, expect, it } from 'vitest';
import type { Samples } from '../contracts/classifier.ts';
import { emptyProject, imageReference, withLabelledLane } from '../test-doubles/projects.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Project } from '../project/project.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { crossValidate } from './cross-validate.ts';
import { describeLabelWarning, labelWarnings } from './label-warnings.ts';
import { findContradictions } from './similar-rows.ts';
import { samplePlaces } from './sample-places.ts';

function samplesOf(rows: readonly { features: readonly number[]; classIndex: number }[], classCount = 2): Samples {
  return {
    featureMatrix: Float32Array.from(rows.flatMap(({ features }) => features)),
    classIndices: Uint8Array.from(rows, ({ classIndex }) => classIndex),
    sampleCount: rows.length,
    featureCount: rows[0]!.features.length,
    classCount,
  };
}

/** Images one voxel high, with these labels; a sample's feature is its number, far from those of other classes. */
function labelled(classNames: readonly string[], ...images: readonly (readonly number[])[]) {
  const project = images.reduce<Project>(
    (next, labels, i) =>
      withLabelledLane(next, imageReference(`image ${i}`, [1, 1, 1, 1, labels.length]), Uint8Array.from(labels)),
    emptyProject(classNames),
  );
  const classes = images.flat().filter((label) => label > 0);
  const rows = classes.map((label, i) => ({ features: [1e6 * label + i], classIndex: label - 1 }));
  const places = samplePlaces(project.lanes, [...images.keys()]);
  return { project, rows: { samples: samplesOf(rows, classNames.length), places } };
}

const stroke = (label: number, length: number) => Array<number>(length).fill(label);
const manyGroups = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('labelWarnings', () => {
  it('has nothing to say about even labels in several strokes', async () => {
    const { project, rows } = labelled(['a', 'b'], [...stroke(1, 30), ...stroke(2, 30)]);
    expect(await labelWarnings(project, { ...rows, groups: manyGroups(60) })).toEqual([]);
  });

  it('names classes that are rare, by share or against the largest, and those without a label', async () => {
    const { project, rows } = labelled(['a', 'b', 'c', 'd'], [...stroke(1, 60), ...stroke(2, 36), ...stroke(3, 4)]);
    const found = await labelWarnings(project, { ...rows, groups: manyGroups(100) });
    expect(found).toEqual([
      { kind: 'rare-class', classIndex: 2, count: 4, share: 0.04, largestClass: 0, ratio: 15 },
      { kind: 'class-without-labels', classIndex: 3 },
    ]);
  });

  it('takes no class of many even ones for rare, but one that has less than half of its share', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `class ${i}`);
    const even = labelled(
      names,
      names.flatMap((_, i) => stroke(i + 1, 20)),
    );
    expect(await labelWarnings(even.project, { ...even.rows, groups: manyGroups(500) })).toEqual([]);
    const uneven = labelled(
      names,
      names.flatMap((_, i) => stroke(i + 1, i === 3 ? 8 : 20)),
    );
    const found = await labelWarnings(uneven.project, { ...uneven.rows, groups: manyGroups(488) });
    expect(found).toMatchObject([{ kind: 'rare-class', classIndex: 3, count: 8 }]);
  });

  it('names classes of few strokes, and says where they are', async () => {
    const { project, rows } = labelled(['a', 'b'], [0, 0, ...stroke(1, 30), 0, ...stroke(2, 30)]);
    const groups = rows.places.data.filter((_, i) => i % 5 === 4).map((x) => (x < 20 ? 0 : x < 33 ? 1 : x % 7));
    expect(await labelWarnings(project, { ...rows, groups })).toEqual([
      { kind: 'few-strokes', classIndex: 0, strokes: 2, place: { laneIndex: 0, t: 0, z: 0, y: 0, x: 2 } },
    ]);
  });

  it('names images that lack a class of others, but not those without labels', async () => {
    const { project, rows } = labelled(['a', 'b'], [...stroke(1, 9), ...stroke(2, 9)], stroke(2, 9), stroke(0, 9));
    const found = await labelWarnings(project, { ...rows, groups: manyGroups(27) });
    expect(found).toEqual([{ kind: 'image-without-class', laneIndex: 1, classIndices: [0] }]);
  });

  it('names voxels that a classifier of the other strokes is sure to be of another class', async () => {
    // Ten strokes of six; the third one of class a looks like class b.
    const { project, rows } = labelled(['a', 'b'], [...stroke(1, 30), ...stroke(2, 30)]);
    const groups = manyGroups(60).map((i) => Math.floor(i / 6));
    const featureMatrix = rows.samples.featureMatrix.map((value, i) => (groups[i] === 2 ? 2e6 + i : value));
    const samples = { ...rows.samples, featureMatrix };
    const validation = await crossValidate(samples, { classifier: nearestMean, groups, seed: 1 });
    const found = await labelWarnings(project, { ...rows, samples, groups }, { validation });
    const surprise = found.filter(({ kind }) => kind === 'surprise');
    expect(surprise).toMatchObject([{ classIndex: 0, otherClass: 1, count: 6 }]);
    expect(surprise[0]).toMatchObject({ places: [12, 13, 14, 15, 16, 17].map((x) => ({ x })) });
  });

  it('says in words what to do', async () => {
    const { project, rows } = labelled(['cell', 'gap'], [...stroke(1, 2), ...stroke(2, 98)]);
    const found = await labelWarnings(project, { ...rows, groups: manyGroups(100) });
    const names = { classes: ['cell', 'gap'], images: ['image 0'] };
    expect(found.map((warning) => describeLabelWarning(warning, names))).toEqual([
      '"cell" has only 2 labelled voxels (2.0 %), "gap" 49 times as many: it will be found too seldom. Paint more of it.',
      '"cell" is painted in 2 separate strokes: figures about it say little. Paint it in more places.',
    ]);
  });
});

describe('findContradictions', () => {
  /** Two clouds far apart in eight features. */
  const clouds = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 400 }, (_, i) => ({
      features: Array.from({ length: 8 }, () => random() + (i % 2) * 10),
      classIndex: i % 2,
    }));
  };

  it('finds none where classes look different', async () => {
    expect(await findContradictions(samplesOf(clouds(1)))).toEqual([]);
  });

  it('finds rows that look nearly the same and belong to different classes, and no others', async () => {
    const rows = clouds(2);
    // What is like row 11 (class 1) to a thousandth of the spread, but is said to be class 0; and back.
    rows[100] = { features: rows[11]!.features.map((value) => value + 0.005), classIndex: 0 };
    expect(await findContradictions(samplesOf(rows))).toEqual([
      { row: 11, classIndex: 1, otherClass: 0 },
      { row: 100, classIndex: 0, otherClass: 1 },
    ]);
  });

  it('finds equal rows where nothing varies at all', async () => {
    const rows = [0, 1, 1].map((classIndex) => ({ features: [5, 5], classIndex }));
    expect((await findContradictions(samplesOf(rows))).map(({ row }) => row)).toEqual([0, 1, 2]);
  });

  it('counts what contradicts among many rows from those it looks at, and says so', async () => {
    // Of each three voxels in a row, one is looked at; all look the same.
    const { project, rows } = labelled(['a', 'b'], [...stroke(1, 12_000), ...stroke(2, 12_000)]);
    const samples = { ...rows.samples, featureMatrix: new Float32Array(24_000) };
    const found = await labelWarnings(project, { samples, places: rows.places, groups: manyGroups(24_000) });
    const about = found.filter(({ kind }) => kind === 'contradiction');
    expect(about.map((warning) => 'count' in warning && warning.count)).toEqual([12_000, 12_000]);
    const names = { classes: ['a', 'b'], images: ['image 0'] };
    expect(describeLabelWarning(about[0]!, names)).toMatch(/^About 12000 voxels of "/);
  });

  it('tells in which places they are', async () => {
    const { project, rows } = labelled(['a', 'b'], [0, ...stroke(1, 20), ...stroke(2, 20)]);
    const featureMatrix = rows.samples.featureMatrix.slice();
    featureMatrix[30] = featureMatrix[3]!;
    const found = await labelWarnings(project, {
      samples: { ...rows.samples, featureMatrix },
      places: rows.places,
      groups: manyGroups(40),
    });
    const at = (x: number) => [{ laneIndex: 0, t: 0, z: 0, y: 0, x }];
    expect(found.filter(({ kind }) => kind === 'contradiction')).toContainEqual(
      expect.objectContaining({ classIndex: 1, otherClass: 0, places: expect.arrayContaining(at(31)) }),
    );
  });
});
