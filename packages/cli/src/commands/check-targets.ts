import { BrushwoodError, type Catalog, type ImageLocation, type Project } from '@brushwood/core';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isArray } from '../batch/zarr-folders.ts';
import { outputLocation } from '../output-file.ts';
import type { PredictJob } from './predict-jobs.ts';

/** No two outputs go to one file. */
export function checkDistinct(jobs: readonly PredictJob[]): void {
  const seen = new Map<string, string>();
  for (const job of jobs) {
    for (const { path, source } of job.outputs) {
      const name = `${source.displayName} of ${job.nickname}`;
      const other = seen.get(path);
      if (other !== undefined) {
        throw new BrushwoodError(
          'invalid-parameter',
          `${other} and ${name} would both be written to "${path}". Put {nickname} and {result_type} into the output (-o), for example out/{nickname}_{result_type}.tif.`,
          { path },
        );
      }
      seen.set(path, name);
    }
  }
}

/**
 * No output replaces what the run or the project needs. Beside an image that is a dataset of a container there is room for others.
 * @throws 'invalid-parameter'
 */
export function checkTargets(
  jobs: readonly PredictJob[],
  { catalog, project, path }: { catalog: Catalog; project: Project; path: string },
): void {
  const needed = new Needed();
  for (const { rawData } of project.lanes) needed.add(rawData.location, 'an image of the project');
  for (const { mask } of jobs) if (mask) needed.add(mask.location, 'a mask');
  for (const { image } of jobs) {
    const { stack, path: file, innerPath } = image.location;
    for (const one of stack?.paths ?? [file]) needed.add({ path: one, innerPath }, 'an input');
  }
  needed.add({ path }, 'the project');
  for (const output of jobs.flatMap((job) => job.outputs)) {
    const use = needed.lostBy(outputLocation(catalog, output.path));
    if (use === undefined) continue;
    throw new BrushwoodError(
      'invalid-parameter',
      `The output "${output.path}" is ${use} itself, or a part of it, and would be lost. Name another file with -o.`,
      { path: output.path },
    );
  }
}

/** What a run reads, by paths that go on into containers, and what it is called. */
class Needed {
  private readonly images = new Map<string, string>();
  /** The images and every folder they lie in. */
  private readonly folders = new Map<string, string>();

  add(location: Place, use: string): void {
    const path = wholePath(location);
    this.images.set(path, use);
    for (const folder of [path, ...foldersOf(path)]) this.folders.set(folder, use);
  }

  /** What would be replaced as a whole or in part; undefined if nothing. */
  lostBy(target: Place): string | undefined {
    const path = wholePath(target);
    const whole = this.folders.get(path);
    if (whole !== undefined) return whole;
    const around = [path, ...foldersOf(path)];
    const place = around.findIndex((folder) => this.images.has(folder));
    if (place < 0) return undefined;
    const image = around[place]!;
    // Which dataset of a file is meant is not said: it may be any.
    const isDataset = !isFolder(image) && image === wholePath({ path: target.path });
    const isPart = isDataset || around.slice(0, place + 1).some(isArray);
    return isPart ? this.images.get(image) : undefined;
  }
}

type Place = Pick<ImageLocation, 'path' | 'innerPath'>;

/** The same text for the same image, whatever link it was named by. */
function wholePath({ path, innerPath = '' }: Place): string {
  return join(existsSync(path) ? realpathSync(path) : resolve(path), innerPath).replace(/\/$/, '');
}

function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersOf(folder)];
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
