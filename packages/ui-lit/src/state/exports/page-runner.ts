import {
  checkSmallestObject,
  compareImage,
  createCountingSink,
  elementCount,
  fileNameOf,
  findById,
  findPageFile,
  formatByExtension,
  isAbortError,
  itemBytes,
  objectFilterSink,
  openImage,
  rangeDifference,
  voxelMeasureUm,
  type CountingSink,
  type ImageSink,
  type ImageSpec,
  type PipelineServices,
  type PlannedFile,
  type PredictionOutput,
  type Project,
  type Scratch,
} from '@brushwood/core';
import type { ExportDestination } from './export-destination.ts';
import type { ExportEvents, ExportImage, ExportPlan, ExportResult, ExportRunner } from './export-plan.ts';
import { ExportStage } from './export-stage.ts';
import { planImages, type PlannedImage } from './plan-images.ts';
import { checkRoom, explainWriteFailure, isEndOfRun } from './write-problem.ts';
import { privateFolder } from '../../storage/private-folder.ts';

/** Predicts in the page: files are written block by block into the page's private file system, and go from there to their destination. */
export function createPageRunner(services: PipelineServices, destination: ExportDestination): ExportRunner {
  return {
    async run(project, images, plan, events) {
      const planned = await planImages(services, project, { images, plan });
      const paths = planned.flatMap(({ files }) => files.map(({ path }) => path));
      const claimed = await destination.claim(paths, { overwrite: plan.overwrite ?? false });
      const stage = await ExportStage.begin();
      try {
        const run = new PageRun({ services, destination, project, plan, stage, events });
        for (const [index, image] of images.entries()) {
          if (events.isWanted?.(index) === false) continue;
          const { files, ...rest } = planned[index]!;
          const taken = files.flatMap((file) => {
            const path = claimed.get(file.path);
            return path === undefined ? [] : [{ ...file, path }];
          });
          await run.runImage(index, image, { ...rest, files: taken });
        }
      } finally {
        await stage.end({ keepsFiles: destination.keepsStage });
      }
    },
  };
}

interface RunParts {
  readonly services: PipelineServices;
  readonly destination: ExportDestination;
  readonly project: Project;
  readonly plan: ExportPlan;
  readonly stage: ExportStage;
  readonly events: ExportEvents;
}

class PageRun {
  private readonly parts: RunParts;

  constructor(parts: RunParts) {
    this.parts = parts;
  }

  /** @throws 'aborted', and what no other image of the run would survive */
  async runImage(index: number, image: ExportImage, planned: PlannedImage): Promise<void> {
    const { events, stage } = this.parts;
    try {
      if (planned.problem !== undefined) throw planned.problem;
      events.onDone(planned.files.length > 0 ? await this.predict(index, image, planned) : { index, files: [] });
    } catch (error) {
      if (events.signal.aborted || isAbortError(error)) throw error;
      const explained = await explainWriteFailure(error);
      if (isEndOfRun(explained)) throw explained;
      events.onFailure({ index, error: explained });
    } finally {
      if (!this.parts.destination.keepsStage) await stage.remove(String(index));
    }
  }

  private async predict(index: number, image: ExportImage, { files, roi }: PlannedImage): Promise<ExportResult> {
    const { services, destination, project, plan, stage, events } = this.parts;
    const { signal } = events;
    const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
    const folderOf = (k: number) => [String(index), String(k)] as const;
    const outputs: PredictionOutput[] = files.map((file, k) => ({
      ...file.output,
      openSink: (spec) => this.openSink(file, spec, [stage.path, ...folderOf(k), fileNameOf(file.path)].join('/')),
    }));
    let counting: CountingSink | undefined;
    const isCounted = files.some(({ source }) => source.needsModel);
    if (isCounted) {
      outputs.push({
        sourceId: 'segmentation',
        openSink: (spec) => {
          counting = createCountingSink(spec, spec.classNames?.length ?? project.classes.length);
          return this.filtered(counting, `${stage.path}/${index}/counted`);
        },
      });
    }
    const warn = (message: string) => events.onWarning?.({ index, message });
    // An image of the project brings its labels.
    const isForeign = image.labels === undefined;
    if (isForeign) {
      const compared = await compareImage(project, { image: image.image, catalog: services.catalog, signal });
      compared.differences.forEach(warn);
    }
    const { valueRange: range } = await workflow.predict(project, {
      services,
      image: image.image,
      mask: image.mask,
      labels: image.labels,
      roi,
      postprocessing: plan.steps.postprocessing,
      outputs,
      signal,
      onProgress: ({ phase, done, total }) => events.onProgress({ index, phase, done, total }),
    });
    const difference = isForeign ? rangeDifference(project, { image: image.image, range }) : undefined;
    if (difference !== undefined) warn(difference);
    const written: string[] = [];
    for (const [k, { path }] of files.entries()) {
      const folder = await stage.folder(...folderOf(k));
      written.push(...(await destination.take({ path, folder, signal })));
    }
    return { index, files: written, ...(counting && areasOf(counting)) };
  }

  private async openSink({ format, source }: PlannedFile, spec: ImageSpec, path: string): Promise<ImageSink> {
    const { plan, events } = this.parts;
    await checkRoom(elementCount(spec.shape) * itemBytes(spec.dtype));
    const options = { overwrite: true, signal: events.signal, layout: plan.layout };
    const sink = await format.create!({ path }, spec, options);
    return source.id === 'segmentation' ? this.filtered(sink, path) : sink;
  }

  /** Small objects can only be told when all labels are there. */
  private async filtered(sink: ImageSink, near: string): Promise<ImageSink> {
    const { services, plan, events } = this.parts;
    const { smallestObject: smallest } = plan.steps;
    if (smallest === undefined) return sink;
    try {
      checkSmallestObject(sink, smallest);
      const scratch = await labelScratch(services, `${near}.scratch.npy`, sink.spec);
      return objectFilterSink(sink, { smallest, scratch, signal: events.signal });
    } catch (error) {
      await sink.abort();
      throw error;
    }
  }
}

function areasOf({ counts, spec }: CountingSink): Partial<ExportResult> {
  const isFlat = spec.shape[2] === 1;
  const voxels = counts.reduce((sum, count) => sum + count, 0);
  return { classVoxels: counts.slice(1), voxels, isFlat, voxelMeasureUm: voxelMeasureUm(spec.voxelSize, isFlat) };
}

/** An uncompressed file of the stage, so that boxes of it are read cheaply. It goes with its image. */
async function labelScratch({ catalog }: PipelineServices, path: string, spec: ImageSpec): Promise<Scratch> {
  // A TIFF or PNG may lack axes that have one entry; here all have a place.
  const whole: ImageSpec = { ...spec, axes: 'tczyx' };
  const root = await privateFolder();
  return {
    sink: await formatByExtension(catalog.formats, path)!.create!({ path }, whole, { overwrite: true }),
    open: async () =>
      openImage(catalog.formats, { location: { path, blob: await findPageFile(root, path) }, axes: 'tczyx' }),
    remove: async () => {},
  };
}
