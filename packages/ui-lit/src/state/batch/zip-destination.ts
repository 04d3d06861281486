import type { ExportDestination } from '../exports/export-destination.ts';
import { listFiles, type FolderFile } from '../exports/list-files.ts';
import { zipFiles } from '../exports/zip-files.ts';

/** Collects all results of a batch for one download. */
export interface ZipDestination extends ExportDestination {
  /** The only file as it is, or a zip of all; undefined if there is none. */
  finish(name: string, signal: AbortSignal): Promise<File | undefined>;
}

/** Browsers ask, or refuse, when a page begins many downloads by itself: so all results are one. */
export function createZipDestination(): ZipDestination {
  const files: FolderFile[] = [];
  return {
    keepsStage: true,
    claim: async (paths) => new Map(paths.map((path) => [path, path])),
    async take({ path, folder }) {
      const parents = path.split('/').slice(0, -1);
      const mine = (await listFiles(folder)).map((file) => ({ ...file, path: [...parents, file.path].join('/') }));
      files.push(...mine);
      return mine.map((file) => file.path);
    },
    async finish(name, signal) {
      const [first] = files;
      if (!first) return undefined;
      if (files.length === 1) return new File([first.file], first.path.split('/').at(-1)!);
      return new File([await zipFiles(files, signal)], name);
    },
  };
}
