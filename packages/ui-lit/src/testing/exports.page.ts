import {
  addLane,
  describeImage,
  findById,
  newProject,
  requestOf,
  selectFeature,
  type ExportPlan,
  type PageFolder,
  type PipelineServices,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { blobsPhantom, strokesOn } from '@brushwood/core/testing';
import { createDownloadDestination } from '../state/exports/download-destination.ts';
import type { ExportImage } from '../state/exports/export-plan.ts';
import { createFolderDestination, type TakenChoice } from '../state/exports/folder-destination.ts';
import { listFiles } from '../state/exports/list-files.ts';
import { createPageRunner } from '../state/exports/page-runner.ts';
import { ExportStage, removeLeftovers } from '../state/exports/export-stage.ts';
import { toBase64 } from './projects.page.ts';

export { ExportStage, removeLeftovers };

/** A trained project with a synthetic image in memory: the same wherever the services work. Runs in pages and in Node. */
export async function trainPhantom(services: PipelineServices, shape: Shape5): Promise<Project> {
  const { formats, workflows } = services.catalog;
  const { image, truth } = blobsPhantom({ shape });
  const location = { path: 'blobs', tensor: image };
  const { reference } = await describeImage(formats, location, { nickname: 'blobs', storage: 'absolute' });
  const empty = addLane(newProject(services.catalog, ['ground', 'blob']), reference);
  const features = selectFeature(empty.features, 'GaussianSmoothing', 1.6);
  const lanes = [{ ...empty.lanes[0]!, labels: strokesOn(truth) }];
  const workflow = findById(workflows, empty.workflowId, 'workflow');
  return (await workflow.train({ ...empty, features, lanes }, { services })).project;
}

/** The images of a project. @param nicknames for each a copy of the first image */
export function imagesOf({ lanes }: Project, nicknames: readonly string[] = ['blobs']): readonly ExportImage[] {
  const { rawData, labels } = lanes[0]!;
  return nicknames.map((nickname) => ({ nickname, image: requestOf(rawData), labels }));
}

export interface ExportedFiles {
  /** By path, base64. */
  readonly files: Readonly<Record<string, string>>;
  readonly done: readonly (readonly string[])[];
  readonly failures: readonly string[];
  readonly classVoxels: readonly (readonly number[] | undefined)[];
  /** What was asked about taken names. */
  readonly asked: readonly (readonly string[])[];
  /** Why the run as a whole ended. */
  readonly problem?: string;
}

export interface ExportRun {
  readonly shape: Shape5;
  readonly plan: ExportPlan;
  readonly nicknames?: readonly string[];
  /** A folder of the page's own file system that stands for a chosen one; without it files are downloaded. */
  readonly folder?: string;
  readonly taken?: TakenChoice;
  /** What every handle of a file in the folder does instead of opening to be written, from the n-th on. */
  readonly refusal?: { readonly name: string; readonly from: number };
  /** Stop when so many images are done. */
  readonly stopAfter?: number;
}

/** Of this page, by their shape. */
const trained = new Map<string, Project>();

/** Exports the phantom and tells what came of it. */
export async function exportPhantom(services: PipelineServices, run: ExportRun): Promise<ExportedFiles> {
  const key = String(run.shape);
  const project = trained.get(key) ?? (await trainPhantom(services, run.shape));
  trained.set(key, project);
  const [done, failures, asked]: [string[][], string[], string[][]] = [[], [], []];
  const classVoxels: (readonly number[] | undefined)[] = [];
  const saved: Record<string, string> = {};
  const folder = run.folder === undefined ? undefined : await chosenFolder(run.folder);
  const downloads: Promise<void>[] = [];
  const destination = folder
    ? createFolderDestination(run.refusal ? refusing(folder, run.refusal) : folder, {
        async askTaken(paths) {
          asked.push([...paths]);
          return run.taken;
        },
      })
    : createDownloadDestination((blob, name) => {
        downloads.push(toBase64(blob).then((text) => void (saved[name] = text)));
      });
  const stop = new AbortController();
  const problem = await createPageRunner(services, destination)
    .run(project, imagesOf(project, run.nicknames), run.plan, {
      signal: stop.signal,
      onProgress: () => {},
      onDone({ files, classVoxels: counts }) {
        done.push([...files]);
        classVoxels.push(counts);
        if (done.length === run.stopAfter) stop.abort();
      },
      onFailure: ({ error }) => failures.push((error as Error).message),
    })
    .then(
      () => undefined,
      (error: Error) => error.message,
    );
  await Promise.all(downloads);
  return { files: folder ? await readFolder(folder) : saved, done, failures, classVoxels, asked, problem };
}

export async function chosenFolder(name: string): Promise<PageFolder> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
}

/** What lies in the page's stages. */
export async function stagedFiles(): Promise<readonly string[]> {
  return (await listFiles(await chosenFolder('brushwood-exports'))).map(({ path }) => path);
}

async function readFolder(folder: PageFolder): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { path, file } of await listFiles(folder)) files[path] = await toBase64(file);
  return files;
}

/** A folder whose files can no longer be written from the n-th on: as after a permission was taken back, or on a full disk. */
function refusing(folder: PageFolder, { name, from }: { name: string; from: number }): PageFolder {
  let count = 0;
  const wrap = <T extends object>(target: T, methods: Record<string, (...args: never[]) => unknown>): T =>
    new Proxy(target, {
      get(of, key) {
        const own = methods[key as string];
        if (own) return own;
        const value: unknown = Reflect.get(of, key);
        return typeof value === 'function' ? value.bind(of) : value;
      },
    });
  const refuse = () => {
    throw new DOMException('refused', name);
  };
  return wrap(folder, {
    getFileHandle: async (file: string, options?: FileSystemGetFileOptions) => {
      const handle = await folder.getFileHandle(file, options);
      return wrap(handle, {
        createWritable: async () => {
          if (++count < from) return handle.createWritable();
          if (name !== 'QuotaExceededError') return refuse();
          // As browsers do it: the stream opens, and fails when it is to take more than there is room for.
          return new WritableStream({ write: refuse });
        },
      });
    },
  });
}
