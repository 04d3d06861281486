import type { ImageLocation } from '../contracts/image-location.ts';
import type { Plugin } from '../contracts/plugin.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { createContainer, type Container } from '../container.ts';
import { findById } from '../find-by-id.ts';
import type { Tensor } from '../grid/tensor.ts';
import { defaultSigmas, selectAllFeatures, selectFeature } from '../project/feature-selection.ts';
import { addLane } from '../project/lanes.ts';
import type { ChannelSelection } from '../project/lane.ts';
import { newProject } from '../project/new-project.ts';
import { dropModel, type Project } from '../project/project.ts';
import { describeImage } from './describe-image.ts';
import { importLabels } from './import-labels.ts';
import { createMemorySink, type MemorySink } from './memory-sink.ts';
import { openImage, parseImagePath } from './open-image.ts';
import { outputFormat } from './output-format.ts';
import type { PredictResult } from './run-prediction.ts';
import { pipelineServices, registerWorkers, type PipelineServices } from './services.ts';
import type { TrainOptions } from './run-training.ts';

/** An image on disk (`file.h5/dataset` for containers), or one in memory. */
export type ImageInput = string | Tensor;

/**
 * The steps of a project as a script writes them: a thin composition of the functions that the command and the app call.
 * Projects are plain data: every step returns a new one.
 */
export interface Pipeline {
  readonly services: PipelineServices;
  newProject(classNames: readonly string[]): Project;
  /** Appends an image. The name of an image in memory is its nickname. */
  addImage(
    project: Project,
    image: ImageInput,
    options?: { axes?: string; channels?: ChannelSelection; nickname?: string },
  ): Promise<Project>;
  /** Replaces the labels of a lane (default the last) by a label image. */
  importLabels(project: Project, labels: ImageInput, options?: { lane?: number }): Promise<Project>;
  /** 'all', or cells like `GaussianSmoothing:1.6`. */
  selectFeatures(project: Project, cells: 'all' | readonly string[]): Project;
  train(project: Project, options?: Omit<TrainOptions, 'services'>): Promise<Project>;
  /** One export source of an image as a tensor in memory, axes tczyx. Its channels are chosen as those of the first lane. */
  predict(project: Project, image: ImageInput, sourceId?: string): Promise<Tensor>;
  /** Writes export sources to files, the format by their extension: `{ segmentation: 'out.png' }`. */
  predictTo(project: Project, image: ImageInput, files: Readonly<Record<string, string>>): Promise<PredictResult>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** A pipeline over plugins, inline unless a pool is given. */
export function createPipeline(
  plugins: readonly Plugin[],
  createPool?: (container: Container) => WorkerPool,
): Pipeline {
  const container = createContainer(plugins);
  registerWorkers(container, createPool);
  const services = pipelineServices(container);
  const { formats, filters, workflows } = services.catalog;
  const workflowOf = (project: Project) => findById(workflows, project.workflowId, 'workflow');
  const channelsOf = (project: Project) => project.lanes[0]?.rawData.channels;
  const locate = (image: ImageInput): ImageLocation =>
    typeof image === 'string' ? parseImagePath(image, formats) : { path: 'image in memory', tensor: image };

  return {
    services,
    newProject: (classNames) => newProject(services.catalog, classNames),
    async addImage(project, image, { axes, channels, nickname } = {}) {
      const location = locate(image);
      const name =
        nickname ??
        location.path
          .split('/')
          .at(-1)!
          .replace(/\.[^.]+$/, '');
      const { reference } = await describeImage(formats, location, {
        nickname: name,
        storage: 'absolute',
        axes,
        channels,
      });
      return addLane(project, reference);
    },
    async importLabels(project, labels, { lane = project.lanes.length - 1 } = {}) {
      const source = await openImage(formats, { location: locate(labels) });
      try {
        return await importLabels(project, source, { lane });
      } finally {
        await source.close();
      }
    },
    selectFeatures(project, cells) {
      if (cells === 'all') return dropModel({ ...project, features: selectAllFeatures(project.features, filters) });
      const features = cells.reduce((selection, cell) => {
        const [id = '', sigma] = cell.split(':');
        return selectFeature(selection, findById(filters, id, 'filter').id, Number(sigma ?? defaultSigmas[2]));
      }, project.features);
      return dropModel({ ...project, features });
    },
    train: async (project, options) => (await workflowOf(project).train(project, { ...options, services })).project,
    async predict(project, image, sourceId = 'probabilities') {
      let sink: MemorySink | undefined;
      const outputs = [{ sourceId, openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)) }];
      await workflowOf(project).predict(project, {
        services,
        image: { location: locate(image), channels: channelsOf(project) },
        outputs,
      });
      return sink!.tensor;
    },
    predictTo(project, image, files) {
      const outputs = Object.entries(files).map(([sourceId, path]) => ({
        sourceId,
        openSink: (spec: MemorySink['spec']) =>
          outputFormat(formats, { path }).create!(parseImagePath(path, formats), spec, { overwrite: true }),
      }));
      return workflowOf(project).predict(project, {
        services,
        image: { location: locate(image), channels: channelsOf(project) },
        outputs,
      });
    },
    close: () => services.pool.close(),
  };
}
