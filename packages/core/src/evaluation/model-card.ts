import type { Classifier, OptionValues, TrainingReport } from '../contracts/classifier.ts';
import type { Catalog } from '../contracts/plugin.ts';
import { completeOptions } from '../pipeline/train-classifier.ts';
import { countLabels, hasLabels } from '../project/labels.ts';
import type { Normalization } from '../project/normalization.ts';
import type { Project } from '../project/project.ts';

/** What a trained model is, where it comes from and how good it is. Plain data. */
export interface ModelCard {
  readonly classifier: {
    readonly id: string;
    readonly name: string;
    /** All of them, the defaults too; as they are stored where the classifier does not know them. Absent for models of ilastik. */
    readonly options?: OptionValues;
    /** Absent for models of ilastik. */
    readonly seed?: number;
  };
  /** ISO 8601; absent for models of ilastik and of older projects. */
  readonly trainedAt?: string;
  /** The images it was trained on, and their labels per class; of models that do not say so, those that are labelled now. */
  readonly images: readonly { readonly name: string; readonly labels: readonly number[] }[];
  readonly classes: readonly { readonly name: string; readonly labels: number }[];
  readonly features: {
    /** Columns of the samples, as the model has them. */
    readonly count: number;
    /** Per filter its sigmas. */
    readonly selected: readonly { readonly filter: string; readonly sigmas: readonly number[] }[];
    readonly normalization?: Normalization;
  };
  readonly outOfBagError?: number;
  readonly crossValidation?: TrainingReport['crossValidation'];
  readonly trainingSeconds?: number;
  readonly warnings: readonly string[];
}

/** The card of a project's model; undefined without a model. */
export function modelCard(
  { classifier: state, lanes, classes, features, normalization }: Project,
  { classifiers, filters }: Pick<Catalog, 'classifiers' | 'filters'>,
): ModelCard | undefined {
  const { model, report } = state;
  if (!model) return undefined;
  const known = classifiers.find(({ id }) => id === state.classifierId);
  const counts = lanes.map(({ labels }) => countLabels(labels, classes.length));
  const labelled = lanes.flatMap(({ labels, rawData }, i) =>
    hasLabels(labels) ? [{ name: rawData.nickname, labels: counts[i]! }] : [],
  );
  const selected = features.filterIds.flatMap((id, row) => {
    const sigmas = features.sigmas.filter((_, column) => features.selected[row]![column]);
    return sigmas.length > 0 ? [{ filter: filters.find((filter) => filter.id === id)?.displayName ?? id, sigmas }] : [];
  });
  return {
    classifier: {
      id: state.classifierId,
      name: known?.displayName ?? state.classifierId,
      // Those of a project are not what ilastik trained with.
      ...(report ? { options: shownOptions(known, state.options), seed: state.seed } : {}),
    },
    ...(report?.trainedAt === undefined ? {} : { trainedAt: report.trainedAt }),
    images: report?.images ?? labelled,
    classes: classes.map(({ name }, k) => ({
      name,
      labels: report ? (report.classCounts[k] ?? 0) : counts.reduce((sum, own) => sum + own[k]!, 0),
    })),
    features: { count: model.featureCount, selected, ...(normalization ? { normalization } : {}) },
    ...(report?.outOfBagError === undefined ? {} : { outOfBagError: report.outOfBagError }),
    ...(report?.crossValidation ? { crossValidation: report.crossValidation } : {}),
    ...(report ? { trainingSeconds: report.seconds } : {}),
    warnings: report?.warnings ?? [],
  };
}

/** With the defaults where they are complete: a project may come from a newer version. */
function shownOptions(classifier: Classifier | undefined, options: OptionValues): OptionValues {
  try {
    return classifier ? completeOptions(classifier, options) : options;
  } catch {
    return options;
  }
}

/** The lines of a card: what is said, and what of it. */
export function modelCardRows(card: ModelCard): readonly (readonly [name: string, text: string])[] {
  const { classifier, trainedAt, images, classes, features, outOfBagError, crossValidation, warnings } = card;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const options = Object.entries(classifier.options ?? {}).map(([key, value]) => `${key} ${value}`);
  const rows: (readonly [string, string] | false)[] = [
    ['Classifier', `${classifier.name} (${classifier.id})`],
    options.length > 0 && ['Options', options.join(', ')],
    classifier.seed !== undefined && ['Seed', String(classifier.seed)],
    trainedAt !== undefined && ['Trained', trainedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['Labels', classes.map(({ name, labels }) => `${name} ${labels}`).join(', ')],
    ['Images', images.map(({ name, labels }) => `${name} (${labels.join(' + ')})`).join(', ') || 'none'],
    ['Features', `${features.count}: ${features.selected.map(featureText).join('; ')}`],
    features.normalization !== undefined && ['Intensities', JSON.stringify(features.normalization)],
    outOfBagError !== undefined && ['Out-of-bag error', percent(outOfBagError)],
    crossValidation !== undefined && [
      'Cross-validated error',
      `${percent(1 - crossValidation.accuracy)} ± ${percent(crossValidation.deviation)}, ${crossValidation.folds} parts`,
    ],
    ...warnings.map((warning) => ['Warning', warning] as const),
  ];
  return rows.filter((row) => row !== false);
}

/** A card to be pasted into a protocol. */
export function modelCardText(card: ModelCard): string {
  return modelCardRows(card)
    .map(([name, text]) => `${name}: ${text}`)
    .join('\n');
}

function featureText({ filter, sigmas }: { readonly filter: string; readonly sigmas: readonly number[] }): string {
  return `${filter} ${sigmas.join(', ')}`;
}
