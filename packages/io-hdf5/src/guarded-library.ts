import { BrushwoodError } from '@brushwood/core';
import type { Hdf5Library } from './hdf5-runtime.ts';

/** Emscripten's file system, as far as it is needed. In Node it passes every call on to `node:fs`. */
interface LibraryFileSystem {
  open(path: string, flags: number | string, ...rest: unknown[]): unknown;
  close(stream: unknown): void;
  ErrnoError: new (code: number) => Error;
}
type LibraryModule = Record<string, unknown> & {
  ccall(name: string, returns: 'number', types: readonly string[], values: readonly string[]): number;
};

const createFlag = 0o100;
const noSuchFile = 44; // WASI's ENOENT

/**
 * Makes h5wasm report errors, and survive them. Its errors are JavaScript exceptions thrown through WASM frames, so
 * nothing on the way cleans up: each one would leave a piece of the C stack and the scratch file of its message behind, and after
 * some hundred of them the library would die.
 */
export async function guardLibrary(h5: typeof import('h5wasm')): Promise<Hdf5Library> {
  const module = await h5.ready;
  // Without it errors are swallowed, and a chunk that cannot be decoded reads as zeros.
  module.activate_throwing_error_handler();
  const scratch = watchFiles(module.FS as unknown as LibraryFileSystem);
  const callRestoringStack = stackRestorer(module as unknown as LibraryModule);
  let isCrashed = false;
  const run = <T>(work: () => T, isConfined = false): T => {
    if (isCrashed) throw crashedError();
    scratch.begin(isConfined);
    try {
      return callRestoringStack(work);
    } catch (error) {
      isCrashed = error instanceof WebAssembly.RuntimeError;
      scratch.closeCreated();
      throw scratch.refused === undefined ? error : outsideError(scratch.refused, error);
    } finally {
      scratch.end();
    }
  };
  return {
    h5,
    get isCrashed() {
      return isCrashed;
    },
    run: (work) => run(work),
    confine: (work) => run(work, true),
  };
}

/** Sees every file the library opens: refuses those it must not, and remembers those it creates. */
function watchFiles(fs: LibraryFileSystem) {
  const openFreely = fs.open.bind(fs);
  const created: unknown[] = [];
  const state = { isConfined: false, refused: undefined as string | undefined };
  fs.open = (path, flags, ...rest) => {
    // What it creates while confined are the scratch files its error messages are written through.
    const isCreation = typeof flags === 'number' && (flags & createFlag) !== 0;
    if (!state.isConfined || isCreation) {
      const stream = openFreely(path, flags, ...rest);
      if (isCreation && path.startsWith('/tmp/tmpfile_')) created.push(stream);
      return stream;
    }
    state.refused = path;
    throw new fs.ErrnoError(noSuchFile);
  };
  return {
    get refused() {
      return state.refused;
    },
    begin(isConfined: boolean) {
      created.length = 0;
      state.isConfined = isConfined;
      state.refused = undefined;
    },
    end() {
      state.isConfined = false;
    },
    closeCreated() {
      for (const stream of created.splice(0)) fs.close(stream);
    },
  };
}

/** Runs work between `ccall`'s own saving and restoring of the C stack, which it does where an argument is a string. */
function stackRestorer(module: LibraryModule): <T>(work: () => T) => T {
  let job: () => void = () => undefined;
  module['_brushwood_run'] = () => {
    job();
    return 0;
  };
  return <T>(work: () => T): T => {
    let outcome: { value: T } | { error: unknown } | undefined;
    job = () => {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    };
    module.ccall('brushwood_run', 'number', ['string'], ['']);
    const done = outcome as unknown as { value: T } | { error: unknown };
    if ('error' in done) throw done.error;
    return done.value;
  };
}

function outsideError(path: string, cause: unknown): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `The data lies in another file (${path}) that this HDF5 file points to. Such pointers are not followed; ` +
      'copy the data into one file (for example with h5repack or h5py).',
    { path },
    { cause },
  );
}

function crashedError(): BrushwoodError {
  return new BrushwoodError(
    'internal',
    'The HDF5 library broke down on a damaged file while this one was open. Open it again.',
  );
}
