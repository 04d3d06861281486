import type { Classifier, ClassifierModel, OptionValues, Samples } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import type { SuggestionMethod } from '../contracts/suggestion-method.ts';
import { crossValidate } from '../evaluation/cross-validate.ts';
import { evenRows, takeColumns, takeRows } from '../evaluation/sample-subsets.ts';
import { findById } from '../find-by-id.ts';
import type { Shape5 } from '../grid/axes.ts';
import { collectProjectSamples, type CollectProjectOptions } from '../pipeline/collect-project-samples.ts';
import { normalizeRequest } from '../pipeline/normalize-image.ts';
import { requestOf, type ImageRequest } from '../pipeline/open-image.ts';
import { completeOptions, trainClassifier } from '../pipeline/train-classifier.ts';
import type { FeatureSelection } from '../project/feature-selection.ts';
import { usedChannelCount, type Lane } from '../project/lane.ts';
import { defaultClassifierId } from '../project/new-project.ts';
import type { Project } from '../project/project.ts';
import {
  candidateFeatures,
  cellsOfChannels,
  isSameCell,
  tickedCells,
  withCells,
  type Candidates,
  type Cell,
} from './candidate-features.ts';
import { chooseRows } from './choose-rows.ts';
import { measureSpeed } from './measure-speed.ts';
import { scoreColumnSets, type ScoreSetup } from './score-columns.ts';

/** Rows that methods order features by, and that sets are judged on. */
const sampleLimit = 20_000;
/** Rows and trees where hundreds of sets are tried. */
const scoreLimit = 2000;
const scoreTrees = 10;

/** A set of features, and what it is good for. */
export interface FeatureSet {
  readonly name: string;
  /** The matrix with these features ticked: for `project.features`. */
  readonly selection: FeatureSelection;
  /** Boxes of the matrix, and channels of the feature vector they give. */
  readonly cellCount: number;
  readonly channelCount: number;
  /** Of the project's classifier on these features, 0…1; undefined where it has none. */
  readonly outOfBagError?: number;
  /** Share of samples it gets wrong when it was trained without their strokes, 0…1. */
  readonly crossValidatedError: number;
  /** Features and prediction of a million voxels by one worker. */
  readonly secondsPerMegavoxel: number;
}

export interface SuggestRun extends RunOptions {
  /** Of the method; default what it declares. */
  readonly parameters?: OptionValues;
}

export interface SuggestOptions extends CollectProjectOptions {
  /** Default: the project's. */
  readonly seed?: number;
}

/** Everything sets of features are compared by. */
interface Material {
  readonly samples: Samples;
  /** Per sample the number of its stroke. */
  readonly groups: Uint32Array;
  /** Per column of the samples, the box of the matrix it comes from. */
  readonly cells: readonly Cell[];
  readonly image: ImageRequest;
  readonly lane: Lane;
  readonly warnings: readonly string[];
}

/**
 * Computes what a suggestion chooses from, once: the candidate features, and those the project has, at the labelled voxels of all
 * lanes. Of more than 20,000 voxels an even choice is used.
 * @throws as `collectProjectSamples`
 */
export async function openSuggestions(project: Project, options: SuggestOptions): Promise<FeatureSuggestions> {
  const { catalog } = options.services;
  const seed = options.seed ?? project.classifier.seed;
  const shapes = project.lanes.map(({ rawData }) => rawData.shape);
  const candidates = candidateFeatures(project.features, catalog.filters, shapes);
  const own = tickedCells(project.features).filter(({ column }) => candidates.fits[column]);
  const collected = withCells(candidates.selection, [...tickedCells(candidates.selection), ...own]);
  const chosen = chooseRows({ ...project, features: collected }, { lanes: options.lanes, limit: sampleLimit, seed });
  const { samples, laneIndices, warnings } = await collectProjectSamples(chosen.project, options);
  const lane = project.lanes[laneIndices[0]!]!;
  const { rawData } = lane;
  const { normalization } = project;
  const material = {
    samples,
    groups: chosen.groups,
    cells: cellsOfChannels(collected, catalog.filters, {
      channelCount: usedChannelCount(rawData),
      isFlat: rawData.shape[2] === 1,
    }),
    image: await normalizeRequest(catalog.formats, requestOf(rawData), { ...options, normalization }),
    lane,
    warnings,
  };
  return new FeatureSuggestions(
    { ...project, classifier: { ...project.classifier, seed } },
    { candidates, material, options },
  );
}

/** Suggests sets of features for a project as it was when they were opened, and compares them. */
export class FeatureSuggestions {
  /** What could not be used, for people. */
  readonly notes: readonly string[];
  /** Images that are no longer those that were painted on. */
  readonly warnings: readonly string[];
  /** Labelled voxels that are used. */
  readonly sampleCount: number;
  private readonly project: Project;
  private readonly candidates: Candidates;
  private readonly material: Material;
  private readonly options: SuggestOptions;
  private readonly classifier: Classifier;
  /** By the boxes that are ticked. */
  private readonly judged = new Map<string, Omit<FeatureSet, 'name'>>();

  /** @see openSuggestions */
  constructor(
    project: Project,
    { candidates, material, options }: { candidates: Candidates; material: Material; options: SuggestOptions },
  ) {
    this.project = project;
    this.candidates = candidates;
    this.material = material;
    this.options = options;
    this.notes = candidates.notes;
    this.warnings = material.warnings;
    this.sampleCount = material.samples.sampleCount;
    this.classifier = findById(options.services.catalog.classifiers, project.classifier.classifierId, 'classifier');
  }

  /** All features there are to choose from. @throws 'aborted' */
  allFeatures(run: RunOptions = {}): Promise<FeatureSet> {
    return this.judge('All features', tickedCells(this.candidates.selection), run);
  }

  /** The features the project has, as far as all images are large enough; undefined if it has none. @throws 'aborted' */
  async projectFeatures(run: RunOptions = {}): Promise<FeatureSet | undefined> {
    const { cells } = this.material;
    const own = tickedCells(this.project.features).filter((cell) => cells.some((other) => isSameCell(cell, other)));
    return own.length > 0 ? this.judge('Your features', own, run) : undefined;
  }

  /**
   * Lets a method choose. A channel that it chooses brings the whole box of the matrix it belongs to.
   * @throws 'not-registered' for an unknown method, 'invalid-parameter' for parameters it does not declare or out of their range,
   * 'aborted'
   */
  async suggest(methodId: string, { parameters = {}, ...run }: SuggestRun = {}): Promise<FeatureSet> {
    const { catalog } = this.options.services;
    const method = findById(catalog.suggestionMethods, methodId, 'suggestion method');
    const complete = completeOptions({ id: method.id, options: method.parameters }, parameters, 'Suggestion method');
    const columns = this.candidateColumns();
    const samples = takeColumns(this.material.samples, columns);
    const chosen = await this.choose(method, { samples, parameters: complete, run });
    const cells = chosen.map((column) => this.material.cells[columns[column]!]!);
    return this.judge(method.nameOf(complete), cells, run);
  }

  private choose(
    method: SuggestionMethod,
    { samples, parameters, run }: { samples: Samples; parameters: OptionValues; run: RunOptions },
  ): Promise<readonly number[]> {
    const { services } = this.options;
    const { seed } = this.project.classifier;
    const forest = findById(services.catalog.classifiers, defaultClassifierId, 'classifier');
    const setup = this.scoreSetup(samples, forest);
    return method.choose(samples, {
      ...run,
      parameters,
      seed,
      pool: services.pool,
      train: (own) => trainClassifier(forest, own, { ...run, seed, pool: services.pool }),
      score: (sets) => scoreColumnSets(services, setup, { sets, signal: run.signal }),
    });
  }

  private scoreSetup(samples: Samples, forest: Classifier): ScoreSetup {
    const { seed } = this.project.classifier;
    const rows = evenRows(samples, { limit: scoreLimit, seed });
    const hasTrees = forest.options.some(({ key }) => key === 'treeCount');
    return {
      samples: takeRows(samples, rows),
      groups: Uint32Array.from(rows, (row) => this.material.groups[row]!),
      classifierId: forest.id,
      options: hasTrees ? { treeCount: scoreTrees } : {},
      seed,
    };
  }

  /** Columns of the samples that may be chosen: the project's own may be others. */
  private candidateColumns(): number[] {
    const { selected } = this.candidates.selection;
    return this.material.cells.flatMap(({ row, column }, i) => (selected[row]![column] ? [i] : []));
  }

  private async judge(name: string, cells: readonly Cell[], run: RunOptions): Promise<FeatureSet> {
    const selection = withCells(this.candidates.selection, cells);
    const key = JSON.stringify(selection.selected);
    const facts = this.judged.get(key) ?? (await this.measure(selection, run));
    this.judged.set(key, facts);
    return { name, ...facts };
  }

  private async measure(selection: FeatureSelection, run: RunOptions): Promise<Omit<FeatureSet, 'name'>> {
    const { material, classifier } = this;
    const { services, engineId } = this.options;
    const { options, seed } = this.project.classifier;
    const columns = material.cells.flatMap(({ row, column }, i) => (selection.selected[row]![column] ? [i] : []));
    const samples = takeColumns(material.samples, columns);
    const training = { ...run, options, seed, pool: services.pool };
    const model: ClassifierModel = await trainClassifier(classifier, samples, training);
    // Other parts than those that sets were chosen with.
    const judging = { ...training, seed: (seed + 1) % 2 ** 32, classifier, groups: material.groups };
    const { scores } = await crossValidate(samples, judging);
    const { image, lane } = material;
    const [t, , z, y, x] = lane.rawData.shape;
    const shape: Shape5 = [t, usedChannelCount(lane.rawData), z, y, x];
    const speed = { image, shape, selection, model: model.save(), engineId };
    return {
      selection,
      cellCount: tickedCells(selection).length,
      channelCount: columns.length,
      outOfBagError: model.report?.outOfBagError,
      crossValidatedError: 1 - scores.accuracy,
      secondsPerMegavoxel: await measureSpeed(services, speed, run.signal),
    };
  }
}
