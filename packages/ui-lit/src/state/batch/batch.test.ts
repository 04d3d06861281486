import { BrushwoodError, type Project } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import type { ExportEvents, ExportImage, ExportPlan, ExportRunner } from '../exports/export-plan.ts';
import { Batch } from './batch.ts';
import { batchCsv } from './batch-csv.ts';

const plan: ExportPlan = {
  outputs: [{ sourceId: 'segmentation' }],
  formatId: 'tiff',
  pattern: '{nickname}',
  steps: {},
};
const project = {} as Project;
const classNames = ['ground', 'cell, "big"'];
const image = (name: string): ExportImage => ({ nickname: name, image: { location: { path: `${name}.tif` } } });
const namesOf = (images: readonly ExportImage[]) => images.map(({ nickname }) => nickname);

/** A runner that does what a test says, and keeps what it was given. */
class Script implements ExportRunner {
  readonly seen: string[][] = [];
  private readonly play: (events: ExportEvents) => void | Promise<void>;
  constructor(play: (events: ExportEvents) => void | Promise<void>) {
    this.play = play;
  }
  async run(_: Project, images: readonly ExportImage[], __: ExportPlan, events: ExportEvents): Promise<void> {
    this.seen.push(namesOf(images));
    await this.play(events);
  }
}

function batchOf(...names: string[]): Batch {
  const batch = new Batch();
  batch.add(names.map(image));
  return batch;
}
const states = (batch: Batch) => batch.rows.map(({ name, state }) => `${name} ${state}`);
const done = (events: ExportEvents, index: number) =>
  events.onDone({ index, files: [`${index}.tif`], classVoxels: [30, 10], voxelMeasureUm: 0.25, isFlat: true });

describe('a batch', () => {
  it('takes an image once', () => {
    const batch = batchOf('a', 'b', 'a');
    batch.add([image('b'), image('c')]);
    expect(batch.rows.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    batch.remove([batch.rows[1]!.id]);
    expect(batch.rows.map(({ name }) => name)).toEqual(['a', 'c']);
  });
  it('keeps what became of each image, and retries those that failed only', async () => {
    const batch = batchOf('a', 'b', 'c');
    const first = new Script((events) => {
      events.onProgress({ index: 0, done: 1, total: 2, phase: '' });
      events.onWarning?.({ index: 0, message: 'darker' });
      done(events, 0);
      events.onFailure({ index: 1, error: new BrushwoodError('broken-file', 'b is broken.') });
      done(events, 2);
    });
    await batch.run({ project, plan, runner: first, classNames });
    expect(states(batch)).toEqual(['a done', 'b failed', 'c done']);
    expect(batch.rows[0]).toMatchObject({ files: ['0.tif'], warnings: ['darker'], classVoxels: [30, 10] });
    expect(batch.rows[1]!.error).toBe('b is broken.');
    batch.reset();
    const second = new Script((events) => done(events, 0));
    await batch.run({ project, plan, runner: second, classNames });
    expect(second.seen).toEqual([['b']]);
    expect(states(batch)).toEqual(['a done', 'b done', 'c done']);
    batch.reset({ isAll: true });
    expect(states(batch)).toEqual(['a waiting', 'b waiting', 'c waiting']);
  });
  it('can be cancelled: what is done stays, the others wait', async () => {
    const batch = batchOf('a', 'b');
    const runner = new Script(async (events) => {
      done(events, 0);
      events.onProgress({ index: 1, done: 1, total: 4, phase: '' });
      await new Promise((_, reject) => {
        events.signal.addEventListener('abort', () => reject(new BrushwoodError('aborted', 'Cancelled.')));
        batch.cancel();
      });
    });
    await batch.run({ project, plan, runner, classNames });
    expect([batch.isRunning, batch.problem]).toEqual([false, undefined]);
    expect(states(batch)).toEqual(['a done', 'b waiting']);
  });
  it('says what is wrong with it as a whole', async () => {
    const batch = batchOf('a');
    const runner = new Script(() => Promise.reject(new BrushwoodError('write-failed', 'The disk is full.')));
    await batch.run({ project, plan, runner, classNames });
    expect([batch.problem, ...states(batch)]).toEqual(['The disk is full.', 'a waiting']);
  });
  it('runs once at a time, and takes images meanwhile for the next run', async () => {
    const batch = batchOf('a');
    const runner = new Script(async (events) => {
      batch.add([image('b')]);
      await batch.run({ project, plan, runner: new Script(() => expect.fail('twice')), classNames });
      done(events, 0);
    });
    await batch.run({ project, plan, runner, classNames });
    expect(states(batch)).toEqual(['a done', 'b waiting']);
  });
  it('tells how far it is, how fast, and how long it takes yet', async () => {
    const batch = batchOf('a', 'b', 'c', 'd');
    const runner = new Script((events) => {
      done(events, 0);
      events.onProgress({ index: 1, done: 1, total: 2, phase: '' });
      events.onFailure({ index: 2, error: new Error('no') });
      const { share, perMinute, secondsLeft, ...counts } = batch.progress(performance.now() + 50_000);
      expect(counts).toEqual({ images: 4, done: 1, failed: 1 });
      expect(share).toBe(0.625);
      expect(perMinute).toBeCloseTo(3, 1);
      expect(secondsLeft).toBeCloseTo(30, 0);
    });
    await batch.run({ project, plan, runner, classNames });
    expect(batch.problem).toBeUndefined();
  });
  it('trains first, which can be cancelled too, and cannot be started twice meanwhile', async () => {
    const batch = batchOf('a', 'b');
    const runner = new Script(() => expect.fail('it was cancelled'));
    const train = (signal: AbortSignal) =>
      new Promise<Project>((_, reject) => {
        signal.addEventListener('abort', () => reject(new BrushwoodError('aborted', 'Cancelled.')));
      });
    const run = batch.run({ project, train, plan, runner, classNames });
    await batch.run({ project, plan, runner, classNames });
    expect([batch.isRunning, batch.isPreparing]).toEqual([true, true]);
    batch.cancel();
    await run;
    expect([batch.isRunning, batch.isPreparing, batch.problem]).toEqual([false, false, undefined]);
    expect(states(batch)).toEqual(['a waiting', 'b waiting']);
  });
  it('leaves out what is removed while it runs, unless all was sent', async () => {
    const batch = batchOf('a', 'b', 'c');
    const [a, b, c] = batch.rows.map(({ id }) => id);
    const runner = new Script((events) => {
      events.onProgress({ index: 0, done: 1, total: 2, phase: '' });
      batch.remove([a!, b!]);
      expect([0, 1, 2].map((index) => events.isWanted!(index))).toEqual([true, false, true]);
    });
    await batch.run({ project, plan, runner, classNames });
    expect(states(batch)).toEqual(['a waiting', 'c waiting']);
    const sent = Object.assign(
      new Script(() => {
        batch.remove([c!]);
        expect([batch.isFixed(c!), batch.rows.length]).toEqual([true, 2]);
      }),
      { takesAll: true },
    );
    await batch.run({ project, plan, runner: sent, classNames });
    batch.remove([c!]);
    expect([batch.problem, ...states(batch)]).toEqual([undefined, 'a waiting']);
  });
  it('is empty for another project, but for what is being predicted with its own', async () => {
    const batch = batchOf('a', 'b');
    const runner = new Script((events) => {
      batch.add([image('c')]);
      batch.clear();
      done(events, 0);
    });
    const trained = { ...project, carried: [] } as Project;
    await batch.run({ project, train: async () => trained, plan, runner, classNames });
    expect(states(batch)).toEqual(['a done', 'b waiting']);
    expect(batch.rows[0]!.made).toEqual({ project: trained, plan });
    batch.clear();
    expect(batch.rows).toEqual([]);
  });
  it('shows a run that another page began', async () => {
    const batch = batchOf('old');
    await batch.adopt(['x', 'y'], classNames, async (events) => {
      done(events, 1);
      events.onFailure({ index: 0, error: new Error('no') });
    });
    expect(states(batch)).toEqual(['x failed', 'y done']);
  });
});

describe('the areas of a batch as CSV', () => {
  it('are one row an image, every text quoted', async () => {
    const batch = batchOf('=a,"1"', 'b');
    await batch.run({
      project,
      plan,
      runner: new Script((events) => {
        done(events, 0);
        events.onFailure({ index: 1, error: new Error('b is\nbroken') });
      }),
      classNames,
    });
    const header =
      '"image","state","voxels","ground voxels","ground percent","ground um2","ground um3",' +
      '"cell, ""big"" voxels","cell, ""big"" percent","cell, ""big"" um2","cell, ""big"" um3","files","remarks"';
    expect(batchCsv(batch.rows).split('\r\n')).toEqual([
      header,
      '" =a,""1""","done",40,30,75.0000,7.50000,,10,25.0000,2.50000,,"0.tif",""',
      '"b","failed",,,,,,,,,,"","b is\nbroken"',
      '',
    ]);
  });
  it('are of the classes that each image was predicted with', async () => {
    const batch = batchOf('a');
    const runner = new Script((events) => done(events, 0));
    await batch.run({ project, plan, runner, classNames: ['ground', 'cell'] });
    batch.add([image('b')]);
    await batch.run({ project, plan, runner, classNames: ['cell', 'cell'] });
    const [header, ...rows] = batchCsv(batch.rows).split('\r\n');
    const cells = (line: string) => line.split(',').filter((_, i) => i >= 3 && (i - 3) % 4 === 0);
    expect(cells(header!).slice(0, 3)).toEqual(['"ground voxels"', '"cell voxels"', '"cell voxels"']);
    expect(rows.slice(0, 2).map((row) => cells(row).slice(0, 3))).toEqual([
      ['30', '10', ''],
      ['', '30', '10'],
    ]);
  });
});
