import {
  BlockGrid,
  BrushwoodError,
  isAbortError,
  isSequence,
  messageOf,
  openImage,
  wholeRoi,
  type ImageSink,
  type PipelineServices,
  type Project,
  type Shape5,
  type StorageFormat,
} from '@brushwood/core';
import { omeZarr, verifyZarr } from '@brushwood/io-zarr';
import { existsSync } from 'node:fs';
import { keptFingerprint, placeOf } from '../batch/output-state.ts';
import { filesOfSequence } from '../batch/sequence-files.ts';
import { RunJournal, type OutputPlace } from '../batch/run-journal.ts';
import type { MarkedOutput } from './output-targets.ts';
import { PredictBatch } from './predict-batch.ts';
import type { PredictCommandOptions } from './predict-facts.ts';
import type { BatchItem } from './predict-jobs.ts';
import { pathFacts } from '../path-facts.ts';

/** What is wrong with an output, or that nothing is. */
interface OutputFacts {
  readonly input: string;
  readonly path: string;
  readonly state: 'complete' | 'missing' | 'incomplete' | 'unreadable' | 'other-settings' | 'unknown';
  /** What people should know. */
  readonly detail: string;
  /** Units (shards or chunks) of an unfinished image. */
  readonly units?: { readonly done: number; readonly total: number };
}

/**
 * `--verify`: is every output of the run there, whole, readable and made with these settings? Every chunk is read. Nothing is
 * written; the command fails if anything is missing.
 */
export async function verify(
  services: PipelineServices,
  project: Project,
  { items, options }: { items: readonly BatchItem[]; options: PredictCommandOptions },
): Promise<void> {
  const { report } = options;
  const batch = new PredictBatch({ services, project, options, imageCount: items.length });
  const checker = new Checker(services, batch, options);
  const found: OutputFacts[] = [];
  for (const [i, item] of items.entries()) {
    found.push(...(await checker.check(item)));
    report.onProgress({ phase: 'Verifying', done: i + 1, total: items.length, unit: 'images' });
  }
  const bad = found.filter(({ state }) => state !== 'complete');
  if (bad.length > 0) report.isIncomplete = true;
  const lines = bad.map(({ path, state, detail }) => `${state}: ${path}: ${detail}`);
  const summary = `${found.length - bad.length} of ${found.length} output(s) complete.`;
  report.event('summary', { complete: found.length - bad.length, incomplete: bad.length });
  report.result([...lines, summary].join('\n'), { complete: bad.length === 0, outputs: found });
}

class Checker {
  private readonly services: PipelineServices;
  private readonly batch: PredictBatch;
  private readonly options: PredictCommandOptions;
  private readonly journal = new RunJournal();

  constructor(services: PipelineServices, batch: PredictBatch, options: PredictCommandOptions) {
    this.services = services;
    this.batch = batch;
    this.options = options;
  }

  async check(item: BatchItem): Promise<readonly OutputFacts[]> {
    const input = item.name;
    try {
      if (!item.job) throw item.problem;
      const outputs = await this.batch.mark(item.job);
      return await Promise.all(outputs.map((output) => this.checkOutput(input, item, output)));
    } catch (error) {
      return [{ input, path: input, state: 'unreadable', detail: `the input: ${messageOf(error)}` }];
    }
  }

  private async checkOutput(input: string, item: BatchItem, output: MarkedOutput): Promise<OutputFacts> {
    const place = placeOf(this.services.catalog, output);
    const facts = { input, path: output.path };
    if (!isThere(place)) return { ...facts, ...(await this.unfinished(item, output)) };
    const known = this.journal.entryOf(place)?.fingerprint ?? (await keptFingerprint(place, this.journal));
    if (known === undefined)
      return { ...facts, state: 'unknown', detail: 'it is there, but no run has noted that it finished it' };
    if (known !== output.fingerprint) {
      const detail = 'it was made of another image, classifier or with other options';
      return { ...facts, state: 'other-settings', detail };
    }
    const found = await this.read(output);
    if (found.state === 'complete' && this.journal.entryOf(place) && !this.journal.recordOf(place)) {
      return { ...facts, state: 'unknown', detail: 'its size has changed since it was finished' };
    }
    return { ...facts, ...found };
  }

  /** An image that was begun says itself which of its units are there. */
  private async unfinished(item: BatchItem, output: MarkedOutput): Promise<Omit<OutputFacts, 'input' | 'path'>> {
    const { path } = placeOf(this.services.catalog, output);
    const partial = pathFacts(`${path}.partial`);
    const unknown = { state: 'incomplete', detail: 'it is being written, or its run was killed: repeat it' } as const;
    if (!partial) return { state: 'missing', detail: 'it was not begun' };
    // A file has no units, and to open it for writing would begin it anew.
    if (partial.isFile()) return unknown;
    try {
      const units = await this.batch.inspect(item.job!, output, countUnits);
      if (!units) return unknown;
      const rest = units.total - units.done;
      const what =
        rest === 0 ? 'only --finish is missing' : `${rest} of ${units.total} units are missing: repeat their parts`;
      return { state: 'incomplete', detail: what, units };
    } catch (error) {
      const isOther = error instanceof BrushwoodError && error.code === 'other-settings';
      return { state: isOther ? 'other-settings' : 'incomplete', detail: messageOf(error) };
    }
  }

  /** Reads all of it, as nothing less shows a broken chunk. */
  private async read(output: MarkedOutput): Promise<Omit<OutputFacts, 'input' | 'path'>> {
    const location = placeOf(this.services.catalog, output);
    try {
      const problem = await (verifiers.get(output.format)?.(location, this.options) ?? this.readAll(location));
      return problem
        ? { state: 'unreadable', detail: problem }
        : { state: 'complete', detail: 'it was read to its end' };
    } catch (error) {
      if (isAbortError(error)) throw error;
      return { state: 'unreadable', detail: messageOf(error) };
    }
  }

  private async readAll(location: OutputPlace): Promise<undefined> {
    const files = isSequence(location.path) ? filesOfSequence(location.path).map((path) => ({ path })) : [location];
    for (const file of files) await this.readFile(file);
  }

  private async readFile(location: OutputPlace): Promise<void> {
    const { signal } = this.options;
    const source = await openImage(this.services.catalog.formats, { location }, { signal });
    try {
      const { shape, levels } = source.info;
      for (const roi of new BlockGrid(wholeRoi(shape), boxOf(shape, levels[0]!.chunkShape))) {
        await source.read(roi, { signal });
      }
    } finally {
      await source.close();
    }
  }
}

function isThere({ path }: OutputPlace): boolean {
  return isSequence(path) ? filesOfSequence(path).length > 0 : existsSync(path);
}

type Verifier = (location: OutputPlace, run: { readonly signal: AbortSignal }) => Promise<string | undefined>;

/** Formats that know more than whether every box can be read: a chunk that is lost reads as background. */
const verifiers: ReadonlyMap<StorageFormat, Verifier> = new Map([[omeZarr, verifyChunks]]);

async function verifyChunks(location: OutputPlace, { signal }: { signal: AbortSignal }): Promise<string | undefined> {
  const { missingCount, missing, unreadableCount, unreadable } = await verifyZarr(location, { signal });
  const problems: string[] = [];
  if (missingCount > 0) problems.push(`${missingCount} object(s) are lost: ${namesOf(missing, missingCount)}.`);
  if (unreadableCount > 0) problems.push(`${unreadableCount} chunk(s) are broken, the first: ${unreadable[0]}`);
  return problems.length > 0 ? `${problems.join('; ')} Make it again: --force` : undefined;
}

function namesOf(names: readonly string[], count: number): string {
  const most = 5;
  return names.slice(0, most).join(', ') + (count > most ? ', …' : '');
}

/** Undefined for formats without units. */
async function countUnits(sink: ImageSink): Promise<{ done: number; total: number } | undefined> {
  if (!sink.unitShape || !sink.isDone) return undefined;
  const { shape } = sink.spec;
  const grid = new BlockGrid(wholeRoi(shape), boxOf(shape, sink.unitShape));
  let done = 0;
  for (const unit of grid) if (await sink.isDone(unit)) done++;
  return { done, total: grid.count };
}

function boxOf(shape: Shape5, unit: Shape5): Shape5 {
  return shape.map((size, i) => Math.min(size, unit[i]!)) as unknown as Shape5;
}
