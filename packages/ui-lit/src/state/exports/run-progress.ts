/** One image of a run of exports. */
export interface RunImage {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'skipped' | 'failed';
  /** Of what it will take: for the time that is left. */
  readonly voxels: number;
  /** Share of it that is done, 0…1. */
  readonly share: number;
  /** What is being done. */
  readonly phase: string;
  readonly files: readonly string[];
  /** Why it failed, and what is to be known of it. */
  readonly messages: readonly string[];
}

export interface RunProgress {
  /** 0…1 of all images. */
  readonly share: number;
  readonly voxelsPerSecond: number;
  /** Undefined while nothing is known. */
  readonly secondsLeft: number | undefined;
}

/** How far a run is, after the voxels that are done. */
export function progressOf(images: readonly RunImage[], elapsedMs: number): RunProgress {
  const isOver = (state: RunImage['state']) => ['done', 'skipped', 'failed'].includes(state);
  const sum = (value: (image: RunImage) => number) => images.reduce((total, image) => total + value(image), 0);
  const all = sum(({ voxels }) => voxels);
  const computed = sum(({ state, voxels, share }) => (state === 'done' || state === 'running' ? voxels * share : 0));
  const left = sum(({ state, voxels, share }) => (isOver(state) ? 0 : voxels * (1 - share)));
  const rate = elapsedMs > 0 ? computed / (elapsedMs / 1000) : 0;
  return {
    share: all > 0 ? (all - left) / all : 0,
    voxelsPerSecond: rate,
    secondsLeft: rate > 0 && elapsedMs > 500 ? left / rate : undefined,
  };
}

/** `about 3 min left`. */
export function shownTime(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  if (seconds < 1) return 'nearly done';
  if (seconds < 90) return `about ${Math.ceil(seconds)} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

/** `3.2 megavoxels/s`. */
export function shownRate(voxelsPerSecond: number): string {
  if (voxelsPerSecond <= 0) return '';
  if (voxelsPerSecond < 1e5) return `${Math.max(1, Math.round(voxelsPerSecond / 1000))} thousand voxels/s`;
  return `${(voxelsPerSecond / 1e6).toFixed(1)} million voxels/s`;
}
