import { describe, expect, it } from 'vitest';
import { fakeServices, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { runTraining } from '../pipeline/run-training.ts';
import { countLabels, emptyLabels } from '../project/labels.ts';
import { withLane } from '../project/lanes.ts';
import { tensorReference, withLabelledLane } from '../test-doubles/projects.ts';
import { modelCard, modelCardText } from './model-card.ts';

const shape = [1, 1, 1, 20, 24] as const;
const services = fakeServices();

describe('modelCard', () => {
  it('tells what was trained, when, on what and how good it is', async () => {
    const started = Date.now();
    const { project } = await runTraining(stripeProject(stripes(shape), [0.7]), { services, seed: 4 });
    const counts = [1, 2].map((label) => stripeLabels(shape).filter((value) => value === label).length);
    const report = { ...project.classifier.report!, crossValidation: { folds: 5, accuracy: 0.875, deviation: 0.0625 } };
    const card = modelCard({ ...project, classifier: { ...project.classifier, report } }, services.catalog)!;
    expect(card).toMatchObject({
      classifier: { id: 'nearest-mean', name: 'Nearest mean', options: { softness: 1 }, seed: 4 },
      images: [{ name: 'stripes', labels: counts }],
      classes: [
        { name: 'dark', labels: counts[0] },
        { name: 'bright', labels: counts[1] },
      ],
      features: { count: project.classifier.model!.featureCount },
    });
    expect(card.features.selected.every(({ sigmas }) => String(sigmas) === '0.7')).toBe(true);
    expect(Date.parse(card.trainedAt!)).toBeGreaterThanOrEqual(started);
    const text = modelCardText(card);
    expect(text).toContain('Classifier: Nearest mean (nearest-mean)\nOptions: softness 1\nSeed: 4\nTrained: ');
    expect(text).toContain('Cross-validated error: 12.5 % ± 6.3 %, 5 parts');
  });

  it('tells of the images and labels it was trained with, whatever is painted since', async () => {
    const first = stripeProject(stripes(shape), [0.7]);
    const two = withLabelledLane(first, tensorReference('more', stripes(shape, 7)), stripeLabels(shape, 8));
    const { project } = await runTraining(two, { services, lanes: [0] });
    const counts = countLabels(two.lanes[0]!.labels, 2);
    const painted = withLane(project, 0, { ...project.lanes[0]!, labels: emptyLabels([...shape]) });
    const card = modelCard({ ...painted, classifier: project.classifier }, services.catalog)!;
    expect(card.images).toEqual([{ name: 'stripes', labels: counts }]);
    expect(card.classes.map(({ labels }) => labels)).toEqual(counts);
  });

  it('invents no options or seed for a model of ilastik', async () => {
    const { project } = await runTraining(stripeProject(stripes(shape), [0.7]), { services });
    const { report: _, ...classifier } = project.classifier;
    const card = modelCard({ ...project, classifier }, services.catalog)!;
    expect(card.classifier).toEqual({ id: 'nearest-mean', name: 'Nearest mean' });
    expect(modelCardText(card)).not.toMatch(/Options|Seed/);
  });

  it('shows options that its classifier does not know as they are', async () => {
    const { project } = await runTraining(stripeProject(stripes(shape), [0.7]), { services });
    const classifier = { ...project.classifier, options: { depth: 3 } };
    const card = modelCard({ ...project, classifier }, services.catalog)!;
    expect(card.classifier.options).toEqual({ depth: 3 });
  });

  it('is none without a model', () => {
    expect(modelCard(stripeProject(stripes(shape)), services.catalog)).toBeUndefined();
  });
});
