import { enterPageFolder, type PageFolder } from '@brushwood/core';
import { explainWriteFailure } from './write-problem.ts';
import { privateFolder } from '../../storage/private-folder.ts';

/** Below the page's private file system (OPFS): one folder for each run. */
const stages = 'brushwood-exports';
/** A download may still be read from a finished run; after this long it is not. */
const keptMs = 300_000;

/**
 * Where files of one run lie until their destination has them: a folder of the page's private file system. The page holds a lock by its
 * name, so that what a closed or crashed page has left is known and removed when the next one begins a run or starts.
 */
export class ExportStage {
  /** Below the private file system; sinks are given paths below it. */
  readonly path: string;
  private readonly name: string;
  private readonly release: () => void;

  private constructor(name: string, release: () => void) {
    this.name = name;
    this.path = `${stages}/${name}`;
    this.release = release;
  }

  /** @throws 'write-failed' if there is no room for a folder even */
  static async begin(): Promise<ExportStage> {
    await removeLeftovers();
    const name = `${Date.now()}-${crypto.randomUUID()}`;
    const release = await holdLock(lockName(name));
    const stage = new ExportStage(name, release);
    try {
      await stage.folder();
      return stage;
    } catch (error) {
      release();
      throw await explainWriteFailure(error);
    }
  }

  /** A folder of the stage, made if need be. */
  async folder(...names: readonly string[]): Promise<PageFolder> {
    return enterPageFolder(await privateFolder(), [stages, this.name, ...names], { create: true });
  }

  async remove(name: string): Promise<void> {
    await removeEntry(await this.folder(), name);
  }

  /** Ends the run. @param keepsFiles leave finished files for a while: they are being downloaded */
  async end({ keepsFiles }: { keepsFiles: boolean }): Promise<void> {
    if (keepsFiles) {
      setTimeout(this.release, keptMs); // removed by the next run, or by the next page
      return;
    }
    await removeEntry(await stagesFolder(), this.name);
    this.release();
  }
}

/** Removes what pages that are closed have left. */
export async function removeLeftovers(): Promise<void> {
  const folder = await stagesFolder();
  const { held = [] } = await navigator.locks.query();
  const living = new Set(held.map(({ name }) => name));
  const names: string[] = [];
  for await (const name of folder.keys()) if (!living.has(lockName(name))) names.push(name);
  for (const name of names) await removeEntry(folder, name);
}

async function stagesFolder(): Promise<PageFolder> {
  return enterPageFolder(await privateFolder(), [stages], { create: true });
}

async function removeEntry(folder: PageFolder, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch {
    // It is gone already, or a file of it is still open: then the next page removes it.
  }
}

function lockName(name: string): string {
  return `${stages}/${name}`;
}

/** Takes a lock until the returned function is called or the page is closed. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((held, failed) => {
    const hold = () => new Promise<void>((release) => held(release));
    navigator.locks.request(name, hold).catch(failed);
  });
}
