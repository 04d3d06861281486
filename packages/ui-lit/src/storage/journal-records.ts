import type { ImageReference, LabelClass, Labels, Lane, Project, ResultSteps, Shape5, Tensor } from '@brushwood/core';
import type { UndoState } from '../state/project-session.ts';

/** What the journal keeps: the project as it is, and the steps that can be taken back or forth. */
export interface JournalState {
  readonly project: Project;
  readonly undo: readonly UndoState[];
  readonly redo: readonly UndoState[];
}

/**
 * A state in which everything large is a number: that of a value of its own, which is stored once however many states share it.
 * Models are left out, as training makes them again.
 */
export interface StoredJournal {
  readonly project: Omit<Project, 'lanes' | 'carried'> & {
    readonly lanes: readonly StoredLane[];
    readonly carried: number;
  };
  readonly undo: readonly StoredStep[];
  readonly redo: readonly StoredStep[];
}
interface StoredLane {
  readonly rawData: number;
  readonly predictionMask?: number;
  readonly labels: number;
}
interface StoredStep {
  readonly labels: readonly number[];
  readonly classes: readonly LabelClass[];
  readonly resultSteps?: ResultSteps;
}
interface StoredLabels {
  readonly shape: Shape5;
  readonly chunkShape: Shape5;
  /** Number of each chunk in its grid, and that of its value. */
  readonly places: Uint32Array;
  readonly values: Uint32Array;
}
interface StoredImage {
  readonly reference: ImageReference;
  /** Values of the blob, of the files, and of the voxels in memory. */
  readonly blob?: number;
  readonly files?: number;
  readonly tensor?: number;
}

/** A value as it is stored, and the numbers of those it refers to. */
interface Numbered {
  readonly value: unknown;
  readonly parts?: Iterable<number>;
}

/** Numbers values by identity and remembers which of them are not stored yet. One for each session. */
export class JournalPacker {
  /** Values that have a number and are to be stored. */
  readonly unstored = new Map<number, unknown>();
  private readonly maxImageBytes: number;
  private readonly numbers = new WeakMap<object, number>();
  /** Values a value refers to: chunks of labels, the voxels of an image. */
  private readonly partsOf = new Map<number, Iterable<number>>();
  private readonly kept = new Set<number>();
  private readonly dropped = new Set<number>();
  private readonly leftOut = new Set<number>();
  private count = 0;

  /** @param maxImageBytes size up to which an image that was given to the page is kept */
  constructor(maxImageBytes: number) {
    this.maxImageBytes = maxImageBytes;
  }

  pack({ project, undo, redo }: JournalState): StoredJournal {
    const { lanes, carried, classifier, ...rest } = project;
    const { model: _, report: __, ...settings } = classifier;
    return {
      project: {
        ...rest,
        classifier: settings,
        lanes: lanes.map((lane) => this.lane(lane)),
        carried: this.numberOf(carried, () => ({ value: carried })),
      },
      undo: undo.map((step) => this.step(step)),
      redo: redo.map((step) => this.step(step)),
    };
  }

  /** Nicknames of the images of a packed project whose voxels are too many to be kept. */
  leftOutImages({ lanes }: Project): string[] {
    const images = lanes.flatMap(({ rawData, predictionMask }) =>
      predictionMask ? [rawData, predictionMask] : [rawData],
    );
    return images.filter((image) => this.leftOut.has(this.image(image))).map(({ nickname }) => nickname);
  }

  /** Forgets the values that no state needs any more. @returns their numbers, to be removed from the storage */
  drop(journal: StoredJournal): number[] {
    const needed = new Set<number>([journal.project.carried]);
    const need = (number: number) => {
      if (needed.has(number)) return;
      needed.add(number);
      for (const part of this.partsOf.get(number) ?? []) needed.add(part);
    };
    for (const { rawData, predictionMask, labels } of journal.project.lanes) {
      for (const number of [rawData, predictionMask, labels]) if (number !== undefined) need(number);
    }
    for (const { labels } of [...journal.undo, ...journal.redo]) labels.forEach(need);
    const dropped = [...this.kept].filter((number) => !needed.has(number));
    for (const number of dropped) {
      this.dropped.add(number);
      this.kept.delete(number);
      this.partsOf.delete(number);
      this.leftOut.delete(number);
      this.unstored.delete(number);
    }
    return dropped;
  }

  private lane({ rawData, predictionMask, labels }: Lane): StoredLane {
    return {
      rawData: this.image(rawData),
      ...(predictionMask ? { predictionMask: this.image(predictionMask) } : {}),
      labels: this.labels(labels),
    };
  }

  private step({ labels, ...rest }: UndoState): StoredStep {
    return { labels: labels.map((lane) => this.labels(lane)), ...rest };
  }

  private labels(labels: Labels): number {
    return this.numberOf(labels, () => {
      const values = Uint32Array.from(labels.chunks.values(), (chunk) =>
        this.numberOf(chunk, () => ({ value: chunk })),
      );
      const { shape, chunkShape } = labels;
      const places = Uint32Array.from(labels.chunks.keys());
      return { value: { shape, chunkShape, places, values } satisfies StoredLabels, parts: values };
    });
  }

  private image(reference: ImageReference): number {
    let isLeftOut = false;
    const number = this.numberOf(reference, () => {
      const { blob, files, tensor, ...location } = reference.location;
      const keepsBlob = blob !== undefined && blob.size <= this.maxImageBytes;
      const keepsFiles = files !== undefined && (!(files instanceof Map) || sizeOf(files) <= this.maxImageBytes);
      const keepsTensor = tensor !== undefined && tensor.data.byteLength <= this.maxImageBytes;
      isLeftOut = (blob && !keepsBlob) || (files && !keepsFiles) || (tensor && !keepsTensor) || false;
      const parts = {
        ...(keepsBlob ? { blob: this.numberOf(blob, () => ({ value: blob })) } : {}),
        ...(keepsTensor
          ? { tensor: this.numberOf(tensor, () => ({ value: { ...tensor, data: tensor.data.slice() } })) }
          : {}),
        ...(keepsFiles ? { files: this.numberOf(files, () => ({ value: files })) } : {}),
      };
      const value: StoredImage = { reference: { ...reference, location }, ...parts };
      return { value, parts: Object.values(parts) };
    });
    if (isLeftOut) this.leftOut.add(number);
    return number;
  }

  private numberOf(object: object, make: () => Numbered): number {
    const known = this.numbers.get(object);
    if (known !== undefined && !this.dropped.has(known)) return known;
    const { value, parts = [] } = make(); // may number others first
    const number = this.count++;
    this.numbers.set(object, number);
    this.unstored.set(number, value);
    this.kept.add(number);
    this.partsOf.set(number, parts);
    return number;
  }
}

function sizeOf(files: ReadonlyMap<string, Blob>): number {
  let bytes = 0;
  for (const file of files.values()) bytes += file.size;
  return bytes;
}

/** A state as it was packed, its chunks shared as before. */
export function unpackJournal(journal: StoredJournal, values: ReadonlyMap<number, unknown>): JournalState {
  const labelsByNumber = new Map<number, Labels>();
  const labelsOf = (number: number): Labels => {
    const known = labelsByNumber.get(number);
    if (known) return known;
    const { shape, chunkShape, places, values: numbers } = values.get(number) as StoredLabels;
    const chunks = new Map(Array.from(places, (place, i) => [place, values.get(numbers[i]!) as Uint8Array] as const));
    const labels = { shape, chunkShape, chunks };
    labelsByNumber.set(number, labels);
    return labels;
  };
  const imageOf = (number: number): ImageReference => {
    const { reference, blob, files, tensor } = values.get(number) as StoredImage;
    const given = {
      ...(blob === undefined ? {} : { blob: values.get(blob) as Blob }),
      ...(tensor === undefined ? {} : { tensor: values.get(tensor) as Tensor }),
      ...(files === undefined ? {} : { files: values.get(files) as ReadonlyMap<string, Blob> }),
    };
    return { ...reference, location: { ...reference.location, ...given } };
  };
  const stepOf = ({ labels, ...rest }: StoredStep): UndoState => ({ labels: labels.map(labelsOf), ...rest });
  const lanes = journal.project.lanes.map(({ rawData, predictionMask, labels }) => ({
    rawData: imageOf(rawData),
    ...(predictionMask === undefined ? {} : { predictionMask: imageOf(predictionMask) }),
    labels: labelsOf(labels),
  }));
  return {
    project: { ...journal.project, lanes, carried: values.get(journal.project.carried) as Project['carried'] },
    undo: journal.undo.map(stepOf),
    redo: journal.redo.map(stepOf),
  };
}
