import {
  BrushwoodError,
  checkRoi,
  cropTensor,
  elementCount,
  roiShape,
  throwIfAborted,
  wholeRoi,
  withAxis,
  type CreateImageOptions,
  type ImageLayout,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  type Roi,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { createStagingFolder } from '#staging-folder';
import { planSlices, type SlicePlan } from './slice-plan.ts';
import type { StagingFolder } from './staging-folder.ts';

export interface SequenceKind {
  /** Each file holds one plane. */
  readonly isPlanar: boolean;
  readonly createSlice: (location: ImageLocation, spec: ImageSpec, options: CreateImageOptions) => Promise<ImageSink>;
  /** As `StorageFormat.check`, of one file. */
  readonly checkSlice: (location: ImageLocation, spec: ImageSpec, layout?: ImageLayout) => void;
}

/**
 * Starts a sequence of files (see `planSlices`). A file is begun when its first voxels come and ended with its last ones; all
 * lie in `PATH.partial` until `close` gives them their names.
 * @throws as `planSlices` and the format of the files; 'already-exists', 'locked', 'write-failed', 'aborted'
 */
export async function createSequence(
  kind: SequenceKind,
  location: ImageLocation,
  { spec, options = {} }: { spec: ImageSpec; options?: CreateImageOptions },
): Promise<ImageSink> {
  throwIfAborted(options.signal);
  const plan = planSlices(location.path, spec, kind.isPlanar);
  const { overwrite = false, layout } = options;
  const folder = await createStagingFolder({ path: location.path, names: plan.names, overwrite });
  const create = (step: number) =>
    kind.createSlice({ path: folder.pathOf(plan.names[step]!) }, plan.specOf(step), { layout });
  try {
    const first = await create(0);
    return new SequenceSink({ path: location.path, spec, plan, folder, create, first });
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

interface Slice {
  readonly sink: Promise<ImageSink>;
  missingVoxels: number;
}

class SequenceSink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape: Shape5;
  private readonly path: string;
  private readonly plan: SlicePlan;
  private readonly folder: StagingFolder;
  private readonly create: (step: number) => Promise<ImageSink>;
  private readonly sliceVoxels: number;
  /** Files that are being written, by their step. */
  private readonly open = new Map<number, Slice>();
  private readonly isFinished: boolean[];
  private state: 'open' | 'closed' | 'aborted' = 'open';

  constructor(parts: {
    path: string;
    spec: ImageSpec;
    plan: SlicePlan;
    folder: StagingFolder;
    create: (step: number) => Promise<ImageSink>;
    first: ImageSink;
  }) {
    this.path = parts.path;
    this.spec = parts.spec;
    this.plan = parts.plan;
    this.folder = parts.folder;
    this.create = parts.create;
    this.sliceVoxels = elementCount(parts.first.spec.shape);
    this.isFinished = this.plan.names.map(() => false);
    this.writeShape = withAxis(wholeRoi(parts.first.writeShape), this.plan.axis, 0, 1).stop;
    this.open.set(0, { sink: Promise.resolve(parts.first), missingVoxels: this.sliceVoxels });
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    throwIfAborted(options.signal);
    if (this.state !== 'open') throw this.endedError();
    checkRoi(roi, this.spec.shape, this.path);
    this.checkShape(roi, tensor);
    const { axis } = this.plan;
    const first = roi.start[axis];
    for (let step = first; step < roi.stop[axis]; step++) {
      const inTensor = withAxis(wholeRoi(tensor.shape), axis, step - first, step - first + 1);
      await this.writeSlice(step, { roi, part: cropTensor(tensor, inTensor), options });
    }
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    if (this.state === 'aborted') throw this.endedError();
    this.state = 'closed';
    try {
      // Files nobody wrote to are made as well, as zeros: a sequence has no gaps.
      for (const step of this.plan.names.keys()) if (!this.isFinished[step]) await this.finish(step);
      await this.folder.publish();
    } catch (error) {
      this.state = 'aborted';
      await this.removeAll();
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.state === 'closed') return;
    this.state = 'aborted';
    await this.removeAll();
  }

  private async writeSlice(
    step: number,
    { roi, part, options }: { roi: Roi; part: Tensor; options: { signal?: AbortSignal } },
  ): Promise<void> {
    const slice = this.sliceAt(step);
    const own = withAxis(roi, this.plan.axis, 0, 1);
    await (await slice.sink).write(own, part, options);
    slice.missingVoxels -= elementCount(roiShape(own));
    if (slice.missingVoxels === 0) await this.finish(step);
  }

  /** The file of a step, begun if it is not yet. */
  private sliceAt(step: number): Slice {
    let slice = this.open.get(step);
    if (!slice) {
      slice = { sink: this.create(step), missingVoxels: this.sliceVoxels };
      this.open.set(step, slice);
    }
    return slice;
  }

  private async finish(step: number): Promise<void> {
    const { sink } = this.sliceAt(step);
    await (await sink).close();
    this.open.delete(step);
    this.isFinished[step] = true;
  }

  private async removeAll(): Promise<void> {
    const slices = [...this.open.values()];
    this.open.clear();
    for (const { sink } of slices) await sink.then((begun) => begun.abort()).catch(() => undefined); // the folder goes anyway
    await this.folder.remove();
  }

  private checkShape(roi: Roi, tensor: Tensor): void {
    const shape = roiShape(roi);
    if (shape.every((size, i) => size === tensor.shape[i])) return;
    throw new BrushwoodError(
      'shape-mismatch',
      `${this.path}: a box of shape (${shape.join(', ')}) was to be written, got values of shape (${tensor.shape.join(', ')}).`,
      { file: this.path, shape: [...shape], got: [...tensor.shape] },
    );
  }

  private endedError(): BrushwoodError {
    return new BrushwoodError('closed', `${this.path} is ${this.state}; nothing can be added to it.`, {
      file: this.path,
    });
  }
}
