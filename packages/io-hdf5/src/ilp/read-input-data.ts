import {
  AxisOrder,
  BrushwoodError,
  type ChannelSelection,
  type ImageLocation,
  type ImageReference,
} from '@brushwood/core';
import { datasetFacts, storedAxes, type ImageFacts } from './image-facts.ts';
import { fileStem } from './image-paths.ts';
import { inputData, localData, predictionMaskRole, rawDataRole } from './ilp-layout.ts';
import { linkedFacts, linkedPlace } from './linked-images.ts';
import { NoteFinder } from './note-finder.ts';
import type { ProjectReader } from './project-reader.ts';
import type { StoredImage, StoredLane } from './stored-notes.ts';

/** A lane without its labels. `hasShape` is false if neither project nor image tells the size. */
export interface LaneImages {
  readonly rawData: ImageReference;
  readonly hasShape: boolean;
  readonly predictionMask?: ImageReference;
}

/**
 * The images of a project, in the order of its lanes.
 * @param stored what Brushwood itself noted of lanes
 */
export async function readLaneImages(
  reader: ProjectReader,
  stored: readonly (StoredLane | undefined)[],
): Promise<LaneImages[]> {
  if (!reader.file.has(`${inputData}/Role Names`)) {
    reader.warn('The project does not name its roles; images are taken as "Raw Data" and "Prediction Mask".');
  }
  const infos = `${inputData}/infos`;
  const { path: projectPath } = reader.file.location;
  const rawNotes = new NoteFinder(
    stored.map((lane) => lane?.rawData),
    projectPath,
  );
  const maskNotes = new NoteFinder(
    stored.map((lane) => lane?.predictionMask),
    projectPath,
  );
  const lanes: LaneImages[] = [];
  for (const name of reader.names(infos)) {
    const path = `${infos}/${name}`;
    const raw = `${path}/${rawDataRole}`;
    if (reader.names(raw).length === 0) {
      throw new BrushwoodError('broken-file', `"${reader.file.location.path}": "${path}" names no image.`, { path });
    }
    const mask = `${path}/${predictionMaskRole}`;
    const position = lanes.length;
    const image = await readReference(reader, raw, { notes: rawNotes, position });
    const hasMask = reader.names(mask).length > 0;
    const maskImage = hasMask ? await readReference(reader, mask, { notes: maskNotes, position }) : undefined;
    for (const role of reader.names(path)) {
      if (role !== rawDataRole && role !== predictionMaskRole && reader.names(`${path}/${role}`).length > 0) {
        reader.warn(`The image in role "${role}" of "${image.reference.nickname}" is of no use here and is left out.`);
      }
    }
    lanes.push({ rawData: image.reference, hasShape: image.hasShape, predictionMask: maskImage?.reference });
  }
  return lanes;
}

interface ReadImage {
  readonly reference: ImageReference;
  readonly hasShape: boolean;
}

async function readReference(
  reader: ProjectReader,
  group: string,
  { notes, position }: { notes: NoteFinder; position: number },
): Promise<ReadImage> {
  const embedded = embeddedPath(reader, group);
  const filePath = embedded === undefined ? reader.text(`${group}/filePath`) : `/${embedded}`;
  const named = reader.text(`${group}/nickname`);
  const note = notes.take(filePath, named ?? fileStem(filePath ?? ''), position);
  const place = embedded ? embeddedPlace(reader, embedded) : await linkedPlace(reader, group, note);
  const nickname = named ?? fileStem(place.location.innerPath ?? place.location.path);
  const facts = embedded
    ? datasetFacts(reader.file, embedded, storedAxes(reader, group))
    : await linkedFacts(reader, group, place.location, note);
  checkWholeImage(reader, group, facts);
  const order = new AxisOrder(facts.axes);
  const range = reader.numbers(`${group}/drange`);
  const shape = order.toCoreShape(facts.shape ?? [...facts.axes].map(() => 1));
  const reference: ImageReference = {
    nickname,
    ...place,
    axes: facts.axes,
    shape,
    dtype: facts.dtype,
    channels: channelsOf(reader, nickname, { note, count: facts.shape && shape[1] }),
    displayMode: reader.text(`${group}/display_mode`),
    normalizeDisplay: reader.flag(`${group}/normalizeDisplay`),
    displayRange: range?.length === 2 ? [range[0]!, range[1]!] : undefined,
    fingerprint: note?.fingerprint,
    ...(note?.channelRanges ? { channelRanges: note.channelRanges } : {}),
  };
  return { reference, hasShape: facts.shape !== undefined };
}

/** The noted channels, if the image has them. */
function channelsOf(
  reader: ProjectReader,
  nickname: string,
  { note, count }: { note: StoredImage | undefined; count: number | undefined },
): ChannelSelection {
  const channels = note?.channels ?? 'all';
  if (count === undefined || typeof channels === 'string') return channels;
  if (channels.every((channel) => channel < count)) return channels;
  reader.warn(
    `"${nickname}" is said to use the channels ${channels.join(', ')}, but has ${count}: all are used. Check them before you train.`,
  );
  return 'all';
}

/** Path of the dataset that holds an embedded image, or undefined for a linked one. */
function embeddedPath(reader: ProjectReader, group: string): string | undefined {
  const className = reader.text(`${group}/__class__`) ?? '';
  const location = reader.text(`${group}/location`);
  const inner = reader.text(`${group}/inner_path`);
  const isEmbedded = className ? className.includes('Internal') : location === 'ProjectInternal' || inner !== undefined;
  if (!isEmbedded) return undefined;
  const datasetId = reader.text(`${group}/datasetId`);
  const path = (inner ?? reader.text(`${group}/filePath`) ?? '').replace(/^\/+/, '');
  if (path && reader.file.has(path)) return path;
  if (datasetId && reader.file.has(`${localData}/${datasetId}`)) return `${localData}/${datasetId}`;
  throw new BrushwoodError(
    'broken-file',
    `"${reader.file.location.path}": "${group}" says its image is embedded at "${path || datasetId}", but there is none.`,
    { path: reader.file.location.path },
  );
}

function embeddedPlace(reader: ProjectReader, innerPath: string) {
  const location: ImageLocation = { ...reader.file.location, innerPath };
  return { location, storage: 'embedded' as const };
}

/** ilastik could use a part of an image as a lane; here the whole image would shift all labels. */
function checkWholeImage(reader: ProjectReader, group: string, facts: ImageFacts): void {
  const roi = reader.numbers(`${group}/subvolume_roi`);
  if (!roi || !facts.shape) return;
  const rank = roi.length / 2;
  const isWhole =
    roi.slice(0, rank).every((start) => start === 0) && roi.slice(rank).every((stop, i) => stop === facts.shape![i]);
  if (!isWhole) {
    throw reader.unsupported(
      `uses only a part of an image ("${group}/subvolume_roi"), which is not supported. Crop the image in ilastik first.`,
    );
  }
}
