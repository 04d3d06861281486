import { BrushwoodError } from '@brushwood/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Report, type ReportOptions } from './report.ts';

let written: { out: string; err: string };
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  written = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((written.out += String(text))));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((written.err += String(text))));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A phase of 100 blocks of a second each. */
function work(report: Report, { phase = 'Predicting cells', blocks = 100 } = {}): void {
  for (let done = 1; done <= blocks; done++) {
    vi.advanceTimersByTime(1000);
    report.onProgress({ phase, done, total: 100, unit: 'blocks' });
  }
}

describe('progress in a log', () => {
  it('is one plain line in five seconds, with the time left', () => {
    work(new Report({}));
    const lines = written.err.trimEnd().split('\n');
    expect(lines).toHaveLength(19);
    // The phase began with block 1: 6 blocks in 5 seconds, 94 are left.
    expect(lines[0]).toMatch(/^Predicting cells: 6\/100 blocks, 1\.2 blocks\/s, about 79 s left, peak \d+ MiB$/);
    expect(lines.join('')).not.toMatch(/[\r\u001b]/);
  });

  it('is nothing for short work, phase by phase', () => {
    const report = new Report({});
    for (const phase of ['a', 'b', 'c', 'd']) work(report, { phase, blocks: 4 });
    expect(written.err).toBe('');
  });

  it.each([{ quiet: true }, { json: true }] satisfies ReportOptions[])('is nothing with %o', (options) => {
    work(new Report(options));
    expect(written.err).toBe('');
  });
});

describe('progress on a terminal', () => {
  it('is a bar that ends its line before other words come', () => {
    const terminal = Object.assign(process.stderr, { isTTY: true });
    try {
      const report = new Report({});
      work(report, { blocks: 60 });
      report.note('and then');
      expect(written.err).toMatch(/Predicting cells \[=+-+\] 60\/100 blocks/);
      expect(written.err.split('\n').slice(-2)).toEqual(['and then', '']);
    } finally {
      Object.assign(terminal, { isTTY: undefined });
    }
  });
});

describe('progress for machines', () => {
  const events = () =>
    written.err
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is a line of JSON a second, with voxels a second, the time left and the peak of memory', () => {
    const report = new Report({ logJson: true });
    for (let done = 0; done <= 4; done++) {
      report.onProgress({
        phase: 'Predicting',
        done,
        total: 10,
        unit: 'images',
        voxels: done * 1000,
        share: done / 10,
      });
      vi.advanceTimersByTime(2000);
    }
    const facts = { event: 'progress', phase: 'Predicting', total: 10, unit: 'images', voxelsPerSecond: 500 };
    expect(events()).toMatchObject([
      { ...facts, done: 1, secondsLeft: 18 },
      { ...facts, done: 2, secondsLeft: 16 },
      { ...facts, done: 3, secondsLeft: 14 },
      { ...facts, done: 4, secondsLeft: 12 },
    ]);
    expect(events()[0]!['peakMiB']).toBeGreaterThan(0);
  });

  it('has nothing else on standard error: warnings and failures are objects too', () => {
    const report = new Report({ logJson: true });
    report.warn('careful');
    report.failure('cells.tif', new BrushwoodError('broken-file', 'It ends too early.'));
    expect(events()).toMatchObject([
      { event: 'warning', message: 'careful' },
      { event: 'failure', file: 'cells.tif', code: 'broken-file', message: 'It ends too early.' },
    ]);
    expect(report.isIncomplete).toBe(true);
  });
});

describe('words', () => {
  it('tell a failure at once, also if quiet', () => {
    new Report({ quiet: true }).failure('cells.tif', new BrushwoodError('broken-file', 'It ends too early.'));
    expect(written.err).toBe('failed: cells.tif: It ends too early.\n');
  });

  it('go to standard output if they are the result, else to standard error', () => {
    const report = new Report({});
    report.note('note: a');
    report.warn('b');
    report.result('c', { c: 1 });
    expect(written).toEqual({ out: 'c\n', err: 'note: a\nwarning: b\n' });
  });

  it('are JSON if asked for, with null for ratios of nothing', () => {
    new Report({ json: true }).result('text', { share: Number.NaN, most: Number.POSITIVE_INFINITY, name: 'é' });
    expect(JSON.parse(written.out)).toEqual({ share: null, most: null, name: 'é' });
  });

  it('are only the result if quiet', () => {
    const report = new Report({ quiet: true });
    report.warn('b');
    report.result('c', {});
    expect(written).toEqual({ out: 'c\n', err: '' });
  });
});
