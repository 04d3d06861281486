import { describe, expect, it } from 'vitest';
import type { BlockExecutor } from '../contracts/block-executor.ts';
import type { Classifier, Samples } from '../contracts/classifier.ts';
import type { Progress } from '../contracts/progress.ts';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { addClass } from '../project/classes.ts';
import { emptyLabels, writeLabels } from '../project/labels.ts';
import { addLane, withLane } from '../project/lanes.ts';
import type { Project } from '../project/project.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { fakeServices, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { imageReference, tensorReference, withLabelledLane } from '../test-doubles/projects.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { BlockArena } from './block-arena.ts';
import { computeFeatures, featureScratchBytes } from './compute-features.ts';
import { planFeatures } from './feature-plan.ts';
import { fingerprintImage } from './fingerprint-image.ts';
import { readPaddedBlock } from './read-padded-block.ts';
import { runTraining } from './run-training.ts';

const flat: Shape5 = [1, 1, 1, 20, 24];
const meansOf = (project: Project) => {
  const { model } = project.classifier;
  if (model?.layout !== 'arrays') throw new Error('no model');
  return [...model.arrays['means']!];
};

/** A classifier that remembers what it was given. */
function watchingClassifier() {
  const seen: { samples?: Samples; options?: unknown; seed?: number } = {};
  const classifier: Classifier = {
    ...nearestMean,
    id: 'watching',
    options: [
      ...nearestMean.options,
      { key: 'trees', description: '', kind: 'integer', default: 100, min: 1, max: 1000 },
      { key: 'fast', description: '', kind: 'boolean', default: false },
      { key: 'rule', description: '', kind: 'choice', default: 'gini', choices: ['gini', 'entropy'] },
    ],
    async train(samples, context) {
      Object.assign(seen, { samples, options: context.options, seed: context.seed });
      return nearestMean.train(samples, context);
    },
  };
  return { seen, services: fakeServices(2, [{ name: 'watching', classifiers: [classifier] }]) };
}

describe('runTraining', () => {
  it('gives the classifier one row per labelled voxel: its features, in the order z, y, x', async () => {
    const image = stripes(flat);
    const { seen, services } = watchingClassifier();
    await runTraining(stripeProject(image), { services, classifierId: 'watching' });

    const plan = planFeatures(stripeProject(image).features, fakeFilters, { channelCount: 1, isFlat: true });
    const arena = new BlockArena(2 ** 20 + featureScratchBytes(plan, [1, 20, 24]));
    const block = await readPaddedBlock(memoryImageSource(image), wholeRoi(flat), { halo: plan.halo, arena, who: '' });
    const planes = new Float32Array(plan.featureCount * 480);
    computeFeatures(block, plan, planes, { arena, kernels: plainEngine.bind(arena) });
    const labels = stripeLabels(flat);
    const labelled = [...labels.keys()].filter((i) => labels[i]! > 0);

    expect(seen.samples).toMatchObject({
      sampleCount: labelled.length,
      featureCount: plan.featureCount,
      classCount: 2,
    });
    expect([...seen.samples!.classIndices]).toEqual(labelled.map((i) => labels[i]! - 1));
    const rows = labelled.flatMap((i) => Array.from({ length: plan.featureCount }, (_, f) => planes[f * 480 + i]!));
    expect([...seen.samples!.featureMatrix]).toEqual(rows);
  });

  it('gives the same model to the last bit, whatever the number of workers', async () => {
    const image = stripes([2, 1, 20, 70, 30]);
    const models = [];
    for (const size of [1, 2, 3]) {
      const { project } = await runTraining(stripeProject(image, [0.7]), { services: fakeServices(size) });
      models.push(meansOf(project));
    }
    expect(models[1]).toEqual(models[0]);
    expect(models[2]).toEqual(models[0]);
  });

  it('keeps the order of the rows when blocks come back in another order', async () => {
    const project = stripeProject(stripes([2, 1, 20, 70, 30]), [0.7]);
    const { seen, services } = watchingClassifier();
    await runTraining(project, { services, classifierId: 'watching' });
    const expected = seen.samples!;
    const reversed: BlockExecutor = {
      concurrency: 1,
      async run({ task, jobs, onResult }) {
        const done = [];
        for (const job of jobs) done.unshift({ job, output: await services.pool.run(task, job) });
        for (const { job, output } of done) await onResult(output, job);
      },
    };
    await runTraining(project, { services: { ...services, executor: reversed }, classifierId: 'watching' });
    expect(seen.samples).not.toBe(expected);
    expect(seen.samples!.classIndices).toEqual(expected.classIndices);
    expect(Buffer.from(seen.samples!.featureMatrix.buffer).equals(Buffer.from(expected.featureMatrix.buffer))).toBe(
      true,
    );
  });

  it('learns from all labelled images, or from those that are named, and never opens the others', async () => {
    const [a, b] = [stripes(flat, 1), stripes(flat, 7)];
    const one = stripeProject(a);
    const two = withLabelledLane(one, tensorReference('b', b), stripeLabels(flat, 8));
    const project = addLane(two, imageReference('not there', flat));
    const services = fakeServices();
    const both = await runTraining(project, { services });
    const counts = [stripeLabels(flat), stripeLabels(flat, 8)].map((labels) => labels.filter((v) => v > 0).length);
    expect(both.report.sampleCount).toBe(counts[0]! + counts[1]!);
    const first = await runTraining(project, { services, lanes: [0] });
    expect(first.report.sampleCount).toBe(counts[0]);
    expect(meansOf(first.project)).toEqual(meansOf((await runTraining(one, { services })).project));
  });

  it('warns of an image that changed since it was added, as labels belong to their image', async () => {
    const image = stripes(flat);
    const project = stripeProject(image);
    const lane = project.lanes[0]!;
    const warningsWith = async (fingerprint: string) => {
      const rawData = { ...lane.rawData, fingerprint };
      return (await runTraining(withLane(project, 0, { ...lane, rawData }), { services: fakeServices() })).report
        .warnings;
    };
    expect(await warningsWith(await fingerprintImage(memoryImageSource(image)))).toEqual([]);
    const [warning] = await warningsWith(await fingerprintImage(memoryImageSource(stripes(flat, 7))));
    expect(warning).toMatch(/"stripes".*has changed.*relink/);
  });

  it('stores model, options, seed and report in a new project, and tells counts and progress', async () => {
    const before = stripeProject(stripes(flat));
    const copy = structuredClone(before);
    const steps: Progress[] = [];
    const onProgress = (step: Progress) => void steps.push(step);
    const { project, report } = await runTraining(before, {
      services: fakeServices(),
      options: { softness: 2 },
      seed: 7,
      onProgress,
    });
    expect(before).toEqual(copy);
    const labels = stripeLabels(flat);
    const counts = [1, 2].map((value) => labels.filter((label) => label === value).length);
    expect(report.classCounts).toEqual(counts);
    expect(project.classifier).toMatchObject({
      classifierId: 'nearest-mean',
      options: { softness: 2 },
      seed: 7,
      report,
    });
    expect(project.classifier.model).toMatchObject({ featureCount: 8, classCount: 2, knownLabels: [1, 2] });
    expect(steps.at(-1)).toMatchObject({ done: 1, total: 1, phase: 'Features of stripes' });
  });

  it("completes options from the classifier's defaults, and takes the project's only for its own classifier", async () => {
    const { seen, services } = watchingClassifier();
    const project = stripeProject(stripes(flat));
    const softened = { ...project, classifier: { ...project.classifier, options: { softness: 5 }, seed: 3 } };
    await runTraining(softened, { services, classifierId: 'watching', options: { trees: 10 } });
    expect(seen.options).toEqual({ softness: 1, trees: 10, fast: false, rule: 'gini' });
    expect(seen.seed).toBe(3);
    const own = { ...softened, classifier: { ...softened.classifier, classifierId: 'watching' } };
    await runTraining(own, { services, seed: 4 });
    expect(seen.options).toEqual({ softness: 5, trees: 100, fast: false, rule: 'gini' });
    expect(seen.seed).toBe(4);
  });

  const wrongOptions: [Record<string, number | boolean | string>, RegExp][] = [
    [{ tree: 1 }, /no option "tree"; it has softness, trees, fast, rule/],
    [{ trees: 0 }, /a whole number from 1 to 1000 for "trees", got 0/],
    [{ trees: 1.5 }, /a whole number/],
    [{ softness: Number.NaN }, /a number from 0.001/],
    [{ fast: 'yes' }, /true or false for "fast", got yes/],
    [{ rule: 'luck' }, /one of gini, entropy for "rule", got luck/],
  ];
  for (const [options, message] of wrongOptions) {
    it(`refuses the option ${JSON.stringify(options)}`, async () => {
      const { services } = watchingClassifier();
      const run = runTraining(stripeProject(stripes(flat)), { services, classifierId: 'watching', options });
      const error = await caught(() => run);
      expect(error.code).toBe('invalid-parameter');
      expect(error.message).toMatch(message);
    });
  }

  it('reads the channels of the lane only', async () => {
    const gray = stripes(flat);
    const rgb = {
      data: Uint8Array.from([...gray.data, ...stripes(flat, 5).data, ...gray.data] as number[]),
      shape: [1, 3, 1, 20, 24] as Shape5,
    };
    const services = fakeServices();
    const expected = await runTraining(stripeProject(gray), { services });
    const project = stripeProject(gray);
    const lane = { ...project.lanes[0]!, rawData: tensorReference('rgb', rgb, { channels: [2] }) };
    const { project: trained } = await runTraining(withLane(project, 0, lane), { services });
    expect(meansOf(trained)).toEqual(meansOf(expected.project));
  });
});

describe('runTraining refuses', () => {
  const services = fakeServices();
  const refusal = (project: Project, more = {}) => caught(() => runTraining(project, { services, ...more }));
  const painted = (values: Uint8Array, project = stripeProject(stripes(flat))) => {
    const lane = project.lanes[0]!;
    return withLane(project, 0, { ...lane, labels: writeLabels(emptyLabels(flat), wholeRoi(flat), values) });
  };

  it('a project without labels, and says how to get some', async () => {
    const error = await refusal(painted(new Uint8Array(480)));
    expect(error.code).toBe('no-labels');
    expect(error.message).toContain('brushwood label PROJECT --labels');
    expect((await refusal(stripeProject(stripes(flat)), { lanes: [] })).code).toBe('no-labels');
  });

  it('one painted class, and names it', async () => {
    const error = await refusal(painted(stripeLabels(flat).map((value) => (value === 2 ? 2 : 0))));
    expect(error.code).toBe('one-class');
    expect(error.message).toMatch(/Only the class "bright" is labelled/);
  });

  it('labels that have no class', async () => {
    const error = await refusal(painted(stripeLabels(flat).map((value) => (value === 2 ? 5 : value))));
    expect(error.code).toBe('invalid-labels');
    expect(error.message).toMatch(/go up to 5, but the project has 2/);
  });

  it('a selection without features', async () => {
    const project = stripeProject(stripes(flat));
    const selected = project.features.selected.map((row) => row.map(() => false));
    expect((await refusal({ ...project, features: { ...project.features, selected } })).code).toBe('no-features');
  });

  it('an unknown classifier, engine and filter', async () => {
    const project = stripeProject(stripes(flat));
    expect((await refusal(project, { classifierId: 'oak' })).message).toContain('Known: nearest-mean');
    expect((await refusal(project, { engineId: 'steam' })).message).toContain('Known: plain');
    const features = { ...project.features, filterIds: ['oak', 'gradient', 'tensor'] };
    expect((await refusal({ ...project, features })).code).toBe('not-registered');
  });

  it('an image whose shape is no longer that of its labels, and says how to relink', async () => {
    const project = stripeProject(stripes(flat));
    const other = tensorReference('stripes', stripes([1, 1, 1, 20, 32]));
    const error = await refusal(withLane(project, 0, { ...project.lanes[0]!, rawData: other }));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/\(1, 1, 1, 20, 32\).*\(1, 1, 1, 20, 24\).*relink/);
  });

  it('an image that is too small for a sigma', async () => {
    const error = await refusal(stripeProject(stripes([1, 1, 1, 20, 18]), [0.7, 5]));
    expect(error.code).toBe('image-too-small');
    expect(error.details).toMatchObject({ sigma: 5, axis: 'x', size: 18, needed: 19 });
  });

  it('an image with a NaN near a label', async () => {
    const image = stripes(flat);
    const data = Float32Array.from(image.data as Uint8Array);
    data[100] = Number.NaN;
    const error = await refusal(stripeProject({ data, shape: flat }));
    expect(error.code).toBe('not-finite');
    expect(error.message).toMatch(/y=4 x=4/);
  });

  it('to go on once the signal has fired', async () => {
    const project = stripeProject(stripes(flat));
    expect((await refusal(project, { signal: AbortSignal.abort() })).code).toBe('aborted');
    const stop = new AbortController();
    const late = refusal(project, { signal: stop.signal, onProgress: () => stop.abort() });
    expect((await late).code).toBe('aborted');
  });

  it('nothing where a class has no voxel: it is simply never predicted', async () => {
    const project = addClass(stripeProject(stripes(flat)), 'moss');
    const { project: trained, report } = await runTraining(project, { services });
    expect(report.classCounts).toHaveLength(3);
    expect(report.classCounts[2]).toBe(0);
    expect(trained.classifier.model).toMatchObject({ classCount: 3, knownLabels: [1, 2] });
  });
});
