import {
  createTensor,
  findById,
  findPageFile,
  importLabels,
  openImage,
  readLabels,
  wholeRoi,
  type ImageSpec,
  type Project,
} from '@brushwood/core';
import { ExportStage } from './exports/export-stage.ts';
import { explainWriteFailure } from './exports/write-problem.ts';
import type { Labeling } from './labeling.ts';
import { privateFolder } from '../storage/private-folder.ts';

/**
 * Replaces the strokes of the shown image by a label image of its size: 0 = none, 1 for the first class. Values beyond the classes add
 * classes; it is one step that can be undone.
 * @throws what reading the image throws, 'shape-mismatch' for another size
 */
export async function importLabelImage(labeling: Labeling, file: File): Promise<void> {
  const { session, services, laneIndex } = labeling;
  const source = await openImage(services.catalog.formats, { location: { path: file.name, blob: file } });
  try {
    let base: Project;
    let next: Project;
    do {
      base = session.project;
      next = await importLabels(base, source, { lane: laneIndex });
    } while (session.project !== base); // painted or saved meanwhile
    session.editLabels(next);
  } finally {
    await source.close();
  }
}

/**
 * The strokes of the shown image as a TIFF of its size, written in the page's private folder.
 * @throws 'write-failed' if the browser has no room
 */
export async function exportLabelImage({ project, laneIndex, services }: Labeling): Promise<File> {
  const { labels, rawData } = project.lanes[laneIndex]!;
  const name = `${rawData.nickname}_Labels.tif`;
  const spec: ImageSpec = {
    axes: rawData.axes.replace('c', ''),
    shape: labels.shape,
    dtype: 'uint8',
    content: 'labels',
    classNames: project.classes.map((item) => item.name),
  };
  const tiff = findById(services.catalog.formats, 'tiff', 'format');
  const stage = await ExportStage.begin();
  const path = `${stage.path}/${name}`;
  let isDone = false;
  try {
    const sink = await tiff.create!({ path }, spec);
    try {
      const roi = wholeRoi(labels.shape);
      await sink.write(roi, createTensor(readLabels(labels, roi), labels.shape));
      await sink.close();
      isDone = true;
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } catch (error) {
    throw await explainWriteFailure(error);
  } finally {
    await stage.end({ keepsFiles: isDone });
  }
  return findPageFile(await privateFolder(), path);
}
