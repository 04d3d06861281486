import {
  BrushwoodError,
  dropModel,
  findById,
  findLane,
  hasLabels,
  openSuggestions,
  type FeatureSelection,
  type FeatureSet,
  type OptionValues,
  type PipelineServices,
  type Project,
  type SuggestionMethod,
} from '@brushwood/core';
import { checkLaneFile } from '../image-file.ts';
import { editProject, loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { seconds } from '../statistics.ts';
import { table } from '../table.ts';

export interface SuggestCommandOptions {
  /** Ids. */
  readonly methods: readonly string[];
  /** Each goes to the methods that declare it. */
  readonly parameters: OptionValues;
  readonly seed?: number;
  readonly lanes: readonly string[];
  readonly apply?: boolean;
  readonly engine?: string;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** A set that was compared; without a method it was there before. */
interface ComparedSet extends FeatureSet {
  readonly method?: string;
  /** What choosing and judging took. */
  readonly seconds: number;
}

/** `brushwood suggest P.ilp`: lets methods choose features and compares them with all, and with those of the project. */
export async function suggest(services: PipelineServices, path: string, options: SuggestCommandOptions): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  const methods = options.methods.map((id) => findById(catalog.suggestionMethods, id, 'suggestion method'));
  checkParameters(methods, options.parameters);
  const started = performance.now();
  let compared: { sets: readonly ComparedSet[]; samples: number } = { sets: [], samples: 0 };
  const edit = async (project: Project) => {
    compared = await compareSets(services, project, { ...options, methods });
    return dropModel({ ...project, features: bestSuggestion(compared.sets).selection });
  };
  if (options.apply) await editProject(catalog, path, edit, options);
  else compared = await compareSets(services, await loadProject(catalog, path, options), { ...options, methods });
  const sets = ranked(compared.sets);
  const facts = {
    samples: compared.samples,
    seconds: (performance.now() - started) / 1e3,
    isApplied: options.apply === true,
  };
  report.result(describe(sets, facts), {
    ...facts,
    sets: sets.map(({ selection, ...set }, i) => ({ rank: i + 1, ...set, features: cellNames(selection) })),
  });
}

/** @throws 'invalid-parameter' for a parameter that none of the methods has */
function checkParameters(methods: readonly SuggestionMethod[], given: OptionValues): void {
  const known = methods.flatMap(({ parameters }) => parameters.map(({ key }) => key));
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `The method ${methods.map(({ id }) => `"${id}"`).join(', ')} has no parameter "${unknown}"; it has ${known.join(', ') || 'none'}.`,
    { parameter: unknown },
  );
}

async function compareSets(
  services: PipelineServices,
  project: Project,
  options: Omit<SuggestCommandOptions, 'methods'> & { readonly methods: readonly SuggestionMethod[] },
): Promise<{ sets: ComparedSet[]; samples: number }> {
  const { report, signal, seed, engine: engineId } = options;
  const lanes = options.lanes.length > 0 ? options.lanes.map((lane) => findLane(project, lane)) : undefined;
  project.lanes.forEach((lane, i) => {
    if (hasLabels(lane.labels) && (lanes?.includes(i) ?? true)) checkLaneFile(lane, i);
  });
  const run = { signal, onProgress: report.onProgress };
  const suggestions = await openSuggestions(project, { services, lanes, seed, engineId, ...run });
  for (const note of suggestions.notes) report.note(note);
  for (const warning of suggestions.warnings) report.warn(warning);
  const sets: ComparedSet[] = [];
  const add = async (judge: () => Promise<FeatureSet | undefined>, method?: string) => {
    const started = performance.now();
    const set = await judge();
    if (set) sets.push({ ...set, method, seconds: (performance.now() - started) / 1e3 });
  };
  await add(() => suggestions.allFeatures(run));
  await add(() => suggestions.projectFeatures(run));
  for (const { id, parameters: declared } of options.methods) {
    const own = declared.flatMap(({ key }) => (key in options.parameters ? [[key, options.parameters[key]!]] : []));
    await add(() => suggestions.suggest(id, { ...run, parameters: Object.fromEntries(own) }), id);
  }
  return { sets, samples: suggestions.sampleCount };
}

/** The most accurate first; of equals the quickest. */
function ranked(sets: readonly ComparedSet[]): ComparedSet[] {
  return sets.toSorted(
    (a, b) => a.crossValidatedError - b.crossValidatedError || a.secondsPerMegavoxel - b.secondsPerMegavoxel,
  );
}

function bestSuggestion(sets: readonly ComparedSet[]): ComparedSet {
  return ranked(sets).find(({ method }) => method !== undefined)!;
}

function describe(
  sets: readonly ComparedSet[],
  facts: { readonly samples: number; readonly seconds: number; readonly isApplied: boolean },
): string {
  const percent = (value: number | undefined) => (value === undefined ? '–' : (100 * value).toFixed(2));
  const rows = sets.map((set, i) => [
    String(i + 1),
    set.name,
    String(set.cellCount),
    String(set.channelCount),
    percent(set.outOfBagError),
    percent(set.crossValidatedError),
    set.secondsPerMegavoxel.toFixed(3),
  ]);
  const suggested = sets.filter(({ method }) => method !== undefined);
  const applied = bestSuggestion(sets).name;
  return [
    table(
      ['rank', 'set', 'features', 'channels', 'out-of-bag error %', 'cross-validated error %', 's per megapixel'],
      rows,
    ),
    ...suggested.flatMap(({ name, selection }) => ['', `${name}:`, `  ${cellNames(selection).join(' ')}`]),
    '',
    facts.isApplied
      ? `The project now selects: ${applied}. Train it: brushwood train PROJECT.`
      : 'Nothing was changed. Take the best suggested set over with --apply, or choose boxes with brushwood features PROJECT --select.',
    'Sets are judged on the strokes they were chosen with, so their errors are flattered: on other images they are larger.',
    `${facts.samples} labelled voxels, ${seconds(facts.seconds)}; the time per megapixel is that of one thread.`,
  ].join('\n');
}

/** As `brushwood features --select` takes them. */
function cellNames({ filterIds, sigmas, selected }: FeatureSelection): string[] {
  return filterIds.flatMap((id, row) =>
    sigmas.flatMap((sigma, column) => (selected[row]![column] ? [`${id}:${sigma}`] : [])),
  );
}
