/** How far a long piece of work has come. `done` and `total` count `unit`s; `total` is 0 while unknown. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** What every long operation accepts: a way to stop it and a way to watch it. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
