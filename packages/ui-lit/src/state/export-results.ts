import { findById, requestOf, type Dtype, type ImageSpec, type Progress } from '@brushwood/core';
import { exportFolder, takeExport } from './export-folder.ts';
import type { Labeling } from './labeling.ts';
import { trainedProject } from './trained-project.ts';

export interface ExportRequest {
  /** Ids of export sources: `probabilities`, `segmentation`, … */
  readonly sources: readonly string[];
  /** Of probabilities and uncertainty; scaled to the full range of an integer type. */
  readonly dtype: Dtype;
  /** `imagej`: axes and metadata as Fiji shows them right at once. */
  readonly flavour: 'ome' | 'imagej';
  /** Indices of the images. */
  readonly lanes: readonly number[];
}

export interface ExportOptions {
  readonly signal: AbortSignal;
  onProgress(progress: Progress & { readonly nickname: string }): void;
  /** A finished file, in the page's private folder. */
  onFile(file: File): void;
}

/**
 * Predicts whole images of the project and writes them as TIFF, block by block, as the command does. Trains first if need be.
 * @throws what training, predicting and writing throws; files that were finished before stay
 */
export async function exportResults(labeling: Labeling, request: ExportRequest, options: ExportOptions): Promise<void> {
  const { services } = labeling;
  const { signal } = options;
  await labeling.whenSettled(60_000);
  const { project, workflow } = await trainedProject(labeling, signal);
  const tiff = findById(services.catalog.formats, 'tiff', 'format');
  for (const index of request.lanes) {
    const { rawData, predictionMask, labels } = project.lanes[index]!;
    const files: string[] = [];
    const outputs = request.sources.map((sourceId) => {
      const source = findById(workflow.exportSources, sourceId, 'export source');
      const name = `${rawData.nickname}_${source.displayName}.tif`;
      files.push(name);
      return {
        sourceId,
        dtype: source.range ? request.dtype : undefined,
        axes: request.flavour === 'imagej' ? 'tzcyx' : undefined,
        openSink: (spec: ImageSpec) =>
          tiff.create!({ path: `${exportFolder}/${name}` }, spec, {
            overwrite: true,
            signal,
            layout: { flavour: request.flavour },
          }),
      };
    });
    await workflow.predict(project, {
      services,
      image: requestOf(rawData),
      mask: predictionMask && requestOf(predictionMask),
      labels,
      outputs,
      signal,
      onProgress: (progress) => options.onProgress({ ...progress, nickname: rawData.nickname }),
    });
    for (const name of files) options.onFile(await takeExport(name));
  }
}
