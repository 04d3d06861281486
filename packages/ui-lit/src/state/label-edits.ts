import {
  BrushwoodError,
  copyLabelSlice,
  dropModel,
  eraseLabelStroke,
  interpolateLabels,
  labelGaps,
  withLane,
  type Labels,
  type LabelStroke,
  type VoxelSize,
  type WriteRule,
} from '@brushwood/core';
import type { SlicePlane } from '../view/layer.ts';
import { sliceAxes } from '../view/slice-geometry.ts';
import type { Labeling } from './labeling.ts';

/** What is edited: a labeling, as far as edits of labels need it. */
export type EditedLabeling = Pick<
  Labeling,
  'project' | 'session' | 'laneIndex' | 'image' | 'slices' | 'tools' | 'goTo'
>;

/** Where labels of a slice are copied: the slice beside it, or the same slice of the frame before or after. */
export interface CopyTarget {
  readonly along: 'slice' | 'frame';
  readonly step: 1 | -1;
}

/** The slice that is worked in; undefined while no image is shown. */
export function workedSlice({ slices, image }: EditedLabeling): SlicePlane | undefined {
  return image && slices[0]?.plane;
}

/** Copies go to the next slice in a volume, and to the next frame where there are no slices. */
export function copyDirection({ image }: EditedLabeling): CopyTarget['along'] {
  return (image?.shape[2] ?? 1) > 1 ? 'slice' : 'frame';
}

/** The slice that labels would be copied to; undefined if the image ends there. */
export function copyTarget(labeling: EditedLabeling, { along, step }: CopyTarget): SlicePlane | undefined {
  const from = workedSlice(labeling);
  if (!from) return undefined;
  const to = along === 'frame' ? { ...from, t: from.t + step } : { ...from, index: from.index + step };
  const { shape } = labeling.image!;
  const isInside = to.t >= 0 && to.t < shape[0] && to.index >= 0 && to.index < shape[sliceAxes[to.axis].normal];
  return isInside ? to : undefined;
}

/**
 * Copies the labels of the slice that is worked in and goes there. One step of undo; labels that are there stay, unless told otherwise, and
 * locked ones always.
 */
export function copyLabels(labeling: EditedLabeling, target: CopyTarget, { overwrites = false } = {}): void {
  const [from, to] = [workedSlice(labeling), copyTarget(labeling, target)];
  const labels = shownLabels(labeling);
  if (!from || !to || !labels) return;
  const copied = copyLabelSlice(labels, from, to, ruleOf(labeling, overwrites));
  if (copied) editLabels(labeling, copied.labels);
  void labeling.goTo(to);
}

/**
 * Fills the slices between those labelled with the active class, before and after the one that is worked in. One step of undo.
 * @throws 'no-labels' if there is nothing to fill, with what to do
 */
export function interpolateSlices(labeling: EditedLabeling, { overwrites = false } = {}): void {
  const slice = workedSlice(labeling);
  const labels = shownLabels(labeling);
  if (!slice || !labels) return;
  const label = labeling.tools.activeLabel;
  const voxelSize = knownSpacing(labeling.image?.voxelSize);
  const filled = interpolateLabels(labels, slice, { label, voxelSize, ...ruleOf(labeling, overwrites) });
  if (filled) return editLabels(labeling, filled.labels);
  const name = labeling.project.classes[label - 1]?.name ?? `class ${label}`;
  const hasGap = labelGaps(labels, slice, label).length > 0;
  throw new BrushwoodError(
    'no-labels',
    hasGap
      ? `Nothing to fill: the strokes of "${name}" before and after this slice do not overlap, or what lies ` +
          'between is labelled already. Paint the outline of the object on a slice in between.'
      : `Nothing to fill: paint "${name}" on a slice before this one and on one after it (or on this one), at ` +
          'least one slice apart.',
    { label, index: slice.index },
  );
}

/** Takes one stroke of an image away. One step of undo. */
export function deleteStroke(labeling: EditedLabeling, laneIndex: number, stroke: LabelStroke): void {
  const lane = labeling.project.lanes[laneIndex];
  if (!lane) return;
  const labels = eraseLabelStroke(lane.labels, stroke);
  if (labels !== lane.labels) editLabels(labeling, labels, laneIndex);
}

function shownLabels({ project, laneIndex }: EditedLabeling): Labels | undefined {
  return project.lanes[laneIndex]?.labels;
}

function editLabels({ session, laneIndex: shown }: EditedLabeling, labels: Labels, laneIndex = shown): void {
  const { project } = session;
  session.editLabels(dropModel(withLane(project, laneIndex, { ...project.lanes[laneIndex]!, labels })));
}

function ruleOf({ tools }: Pick<EditedLabeling, 'tools'>, overwrites: boolean): WriteRule {
  return { overwrites, locked: tools.lockedLabels };
}

/** Sizes of a voxel along z, y, x, if all are known. */
function knownSpacing(size: VoxelSize | undefined): readonly [number, number, number] | undefined {
  return size?.z && size.y && size.x ? [size.z, size.y, size.x] : undefined;
}
