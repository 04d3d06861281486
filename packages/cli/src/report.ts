import { BrushwoodError, messageOf, type ErrorCode, type Progress } from '@brushwood/core';
import { SingleBar } from 'cli-progress';
import { isoTime, peakMemoryMiB, rate, timeLeft } from './statistics.ts';

export interface ReportOptions {
  /** One JSON document on standard output instead of text. */
  readonly json?: boolean;
  /** Nothing on standard error but errors. */
  readonly quiet?: boolean;
  /** One JSON object a line on standard error instead of words and bars. */
  readonly logJson?: boolean;
}

/** Progress of work whose speed is known in more than its own units. */
export interface RunProgress extends Progress {
  /** Voxels done so far, of the whole phase. */
  readonly voxels?: number;
  /** Share of the whole that is done, where units are coarse: 0.5 of one image. */
  readonly share?: number;
}

/** An input that failed, as it is told and listed. */
export interface Failure {
  readonly input: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** In a log progress is written this often. */
const logIntervalMs = 5000;
/** For machines more often: a line of JSON is not in anybody's way. */
const jsonIntervalMs = 1000;

/** Where a command's words go: results to standard output, everything else to standard error. */
export class Report {
  /** Was something not done, although the command went on? The exit code says so. */
  isIncomplete = false;
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
    if (this.options.json) process.stdout.write(`${JSON.stringify(data, jsonNumber, 2)}\n`);
    else if (text !== '') process.stdout.write(`${text}\n`);
  }

  note(text: string): void {
    this.say('note', text, text);
  }

  /** For people only: what events have told machines already. */
  remark(text: string): void {
    if (!this.options.logJson) this.note(text);
  }

  warn(text: string): void {
    this.say('warning', text, `warning: ${text}`);
  }

  /** One input failed and the command goes on: said at once, also with --quiet. */
  failure(input: string, error: unknown): Failure {
    const failure = failureOf(input, error);
    this.endProgress();
    this.isIncomplete = true;
    if (this.options.logJson) this.event('failure', { file: input, code: failure.code, message: failure.message });
    else process.stderr.write(`failed: ${input}: ${failure.message}\n`);
    return failure;
  }

  /** What happened, for machines: a line of JSON with --log-json, else nothing. */
  event(event: string, facts: Readonly<Record<string, unknown>>): void {
    if (!this.options.logJson) return;
    process.stderr.write(`${JSON.stringify({ time: isoTime(), event, ...facts }, jsonNumber)}\n`);
  }

  /** Shows how far a phase is: a bar on a terminal, a plain line now and then in a log. */
  readonly onProgress = (progress: RunProgress): void => {
    if (progress.total === 0) return;
    if (this.options.logJson) this.logEvent(progress);
    else if (this.options.quiet || this.options.json) return;
    else if (process.stderr.isTTY) this.drawBar(progress);
    else this.logProgress(progress);
  };

  private say(event: string, message: string, text: string): void {
    this.endProgress();
    if (this.options.logJson) this.event(event, { message });
    else if (!this.options.quiet) process.stderr.write(`${text}\n`);
  }

  private drawBar(progress: RunProgress): void {
    const { phase, done, total, unit } = progress;
    if (phase !== this.phase) {
      this.endProgress();
      this.beginPhase(phase);
      const format = '{phase} [{bar}] {value}/{total} {unit}, {facts}';
      this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
      this.bar.start(total, done, { phase, unit, facts: '' });
    }
    const { speed, left, peakMiB } = this.factsOf(progress);
    this.bar?.update(done, { phase, unit, facts: `${speed}, ${left} left, peak ${peakMiB} MiB` });
    if (done >= total) this.endProgress();
  }

  /** At most one line in five seconds, so short work leaves no line at all. */
  private logProgress(progress: RunProgress): void {
    const { phase, done, total, unit } = progress;
    if (!this.isTimeForLine(phase, logIntervalMs)) return;
    const { speed, left, peakMiB } = this.factsOf(progress);
    process.stderr.write(`${phase}: ${done}/${total} ${unit}, ${speed}, about ${left} left, peak ${peakMiB} MiB\n`);
  }

  private logEvent(progress: RunProgress): void {
    const { phase, done, total, unit, voxels } = progress;
    if (!this.isTimeForLine(phase, jsonIntervalMs)) return;
    const { seconds, secondsLeft, peakMiB } = this.factsOf(progress);
    const voxelsPerSecond = voxels === undefined ? undefined : Math.round(voxels / seconds);
    this.event('progress', { phase, done, total, unit, voxelsPerSecond, secondsLeft: Math.ceil(secondsLeft), peakMiB });
  }

  private isTimeForLine(phase: string, intervalMs: number): boolean {
    const now = performance.now();
    if (phase !== this.phase) this.beginPhase(phase);
    if (now - this.lastLine < intervalMs) return false;
    this.lastLine = now;
    return true;
  }

  private beginPhase(phase: string): void {
    const now = performance.now();
    [this.phase, this.phaseStarted, this.lastLine] = [phase, now, now];
  }

  private factsOf({ done, total, unit, voxels, share = done / total }: RunProgress) {
    const seconds = (performance.now() - this.phaseStarted) / 1e3;
    const secondsLeft = share > 0 ? (seconds / share) * (1 - share) : Infinity;
    const speed = voxels === undefined ? rate(done / seconds, unit) : rate(voxels / seconds, 'voxels');
    return { seconds, secondsLeft, speed, left: timeLeft(secondsLeft), peakMiB: peakMemoryMiB() };
  }

  /** Ends the line of a bar, so that other output starts on its own. */
  endProgress(): void {
    this.bar?.stop();
    this.bar = undefined;
    // A phase goes on behind a warning: its rate counts from its beginning.
    if (process.stderr.isTTY) this.phase = '';
  }
}

/** An error as it is listed. What is not ours is a fault of the program. */
export function failureOf(input: string, error: unknown): Failure {
  const code = error instanceof BrushwoodError ? error.code : 'internal';
  return { input, code, message: messageOf(error) };
}

/** JSON has no NaN: ratios of nothing become null. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
