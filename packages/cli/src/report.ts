import type { Progress } from '@brushwood/core';
import { SingleBar } from 'cli-progress';

export interface ReportOptions {
  /** One JSON document on standard output instead of text. */
  readonly json?: boolean;
  /** Nothing on standard error but errors. */
  readonly quiet?: boolean;
}

/** Where a command's words go: results to standard output, everything else to standard error. */
export class Report {
  private readonly options: ReportOptions;
  private bar: SingleBar | undefined;
  private phase = '';

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

  /** Shows how far a phase is: a bar on a terminal, a line now and then in a log. */
  readonly onProgress = ({ phase, done, total, unit }: Progress): void => {
    if (this.options.quiet || this.options.json || total === 0) return;
    if (phase !== this.phase) {
      this.endProgress();
      this.phase = phase;
      this.bar = new SingleBar({
        format: `{phase} [{bar}] {value}/{total} {unit}, {duration_formatted}, {eta_formatted} left`,
        stream: process.stderr,
        noTTYOutput: true,
        notTTYSchedule: 5000,
        hideCursor: true,
        clearOnComplete: false,
      });
      this.bar.start(total, done, { phase, unit });
    }
    this.bar?.update(done, { phase, unit });
    if (done >= total) this.endProgress();
  };

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
