import { slicePlace, fileNameOf, throwIfAborted } from '@brushwood/core';
import { downloadFile } from '../../storage/download-file.ts';
import type { ExportDestination } from './export-destination.ts';
import { listFiles, type FolderFile } from './list-files.ts';
import { zipFiles } from './zip-files.ts';

/** Gives every result to the user as a download: a file as it is, the files of a sequence or of an OME-Zarr as one zip. */
export function createDownloadDestination(save: (blob: Blob, name: string) => void = downloadFile): ExportDestination {
  return {
    keepsStage: true,
    claim: async (paths) => new Map(paths.map((path) => [path, path])),
    async take({ path, folder, signal }) {
      const files = await listFiles(folder);
      throwIfAborted(signal);
      const only = files.length === 1 && !files[0]!.path.includes('/') ? files[0]! : undefined;
      const name = only ? only.path : zipName(fileNameOf(path));
      save(only ? only.file : await zipFiles(files.map(inRoot), signal), name);
      return [name];
    },
  };
}

/** `a_{slice_index}.tif` → `a.zip`, `a.zarr` → `a.zarr.zip`. */
function zipName(name: string): string {
  const at = name.indexOf(slicePlace);
  if (at < 0) return `${name}.zip`;
  return `${name.slice(0, at).replace(/[\s_.-]+$/, '') || 'slices'}.zip`;
}

/** The root of a zip of an OME-Zarr is the image: so readers of Zarr open it as it is, and unpacking makes its folder. */
function inRoot({ path, file }: FolderFile): FolderFile {
  return { path: path.slice(path.indexOf('/') + 1), file };
}
