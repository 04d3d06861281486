import type { Progress } from '@brushwood/core';
import { SingleBar } from 'cli-progress';

export interface ReportOptions {
  /** One JSON document on standard output instead of text. */
  readonly json?: boolean;
  /** Nothing on standard error but errors. */
  readonly quiet?: boolean;
}

/** In a log progress is written this often. */
const logIntervalMs = 5000;

/** Where a command's words go: results to standard output, everything else to standard error. */
export class Report {
  private readonly options: ReportOptions;
  private bar: SingleBar | undefined;
  private phase = '';
  private phaseStarted = 0;
  private lastLine = 0;

  constructor(options: ReportOptions) {
    this.options = options;
  }

  /** The command's result: `data` with --json, `text` otherwise. */
  result(text: string, data: unknown): void {
    this.endProgress();
    process.stdout.write(this.options.json ? `${JSON.stringify(data, jsonNumber, 2)}\n` : `${text}\n`);
  }

  note(text: string): void {
    this.endProgress();
    if (!this.options.quiet) process.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.note(`warning: ${text}`);
  }

  /** Shows how far a phase is: a bar on a terminal, a plain line now and then in a log. */
  readonly onProgress = (progress: Progress): void => {
    if (this.options.quiet || this.options.json || progress.total === 0) return;
    if (process.stderr.isTTY) this.drawBar(progress);
    else this.logProgress(progress);
  };

  private drawBar({ phase, done, total, unit }: Progress): void {
    if (phase !== this.phase) {
      this.endProgress();
      this.phase = phase;
      const format = '{phase} [{bar}] {value}/{total} {unit}, {duration_formatted}, {eta_formatted} left';
      this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
      this.bar.start(total, done, { phase, unit });
    }
    this.bar?.update(done, { phase, unit });
    if (done >= total) this.endProgress();
  }

  /** At most one line in five seconds, so short work leaves no line at all. */
  private logProgress({ phase, done, total, unit }: Progress): void {
    const now = performance.now();
    if (phase !== this.phase) [this.phase, this.phaseStarted, this.lastLine] = [phase, now, now];
    if (now - this.lastLine < logIntervalMs) return;
    this.lastLine = now;
    const left = ((now - this.phaseStarted) / done) * (total - done);
    process.stderr.write(`${phase}: ${done}/${total} ${unit}, about ${Math.ceil(left / 1000)} s left\n`);
  }

  /** Ends the line of a bar, so that other output starts on its own. */
  endProgress(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.phase = '';
  }
}

/** JSON has no NaN: ratios of nothing become null. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
