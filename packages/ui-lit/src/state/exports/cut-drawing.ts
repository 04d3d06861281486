import { coreAxes, wholeRoi, type Shape5 } from '@brushwood/core';
import { BoxSource } from '../../sources/box-source.ts';
import { createBoxTool } from '../../tools/box-tool.ts';
import { sliceAxes, type SliceBox } from '../../view/slice-geometry.ts';
import type { SlicePlane } from '../../view/layer.ts';
import type { Labeling } from '../labeling.ts';
import type { ViewedSlice } from '../tiles-in-view.ts';
import { cutRoi, type CutAxis, type CutSpan, type ExportForm } from './export-form.ts';

type Cut = ExportForm['cut'];
const overlayId = 'cut-out';

/** The cut-out on the image: shown while the export step is, and drawn with the pointer. */
export class CutDrawing {
  private readonly labeling: Labeling;
  private readonly onCut: (cut: Cut) => void;
  private source: BoxSource | undefined;
  private cut: Cut = {};

  constructor(labeling: Labeling, onCut: (cut: Cut) => void) {
    this.labeling = labeling;
    this.onCut = onCut;
  }

  /** Is the pointer drawing? */
  get isDrawing(): boolean {
    return this.labeling.tools.borrowed?.id === 'box';
  }

  /** Shows a cut-out on the shown image, or that there is none. */
  show(cut: Cut): void {
    this.cut = cut;
    const shape = this.labeling.info?.shape;
    const roi = shape && cutRoi(cut, shape);
    if (!roi) this.hide();
    else if (this.source && this.labeling.hasOverlay(overlayId)) this.source.update(roi);
    else {
      this.source = new BoxSource(roi);
      this.labeling.setOverlay(overlayId, { name: 'Part to export', source: this.source, color: 'white' });
    }
  }

  /** Lends the pointer to the box, or gives it back. */
  toggle(): void {
    const { tools } = this.labeling;
    if (this.isDrawing) {
      tools.borrow(undefined);
      return;
    }
    const before = this.cut;
    tools.borrow(
      createBoxTool({
        onBox: (plane, box, isDone) => {
          const shape = this.labeling.info?.shape;
          const cut = shape && cutOfBox(this.cut, { plane, box, shape });
          if (!cut) return;
          this.show(cut);
          if (isDone) {
            tools.borrow(undefined);
            this.onCut(cut);
          }
        },
        onCancel: () => this.show(before),
      }),
    );
  }

  /** Ends drawing and takes the box off the image. */
  close(): void {
    if (this.isDrawing) this.labeling.tools.borrow(undefined);
    this.hide();
  }

  private hide(): void {
    this.source = undefined;
    if (this.labeling.hasOverlay(overlayId)) this.labeling.setOverlay(overlayId, undefined);
  }
}

/** A cut-out with the two axes of a slice as a box says; undefined for a box beside the image. */
export function cutOfBox(
  cut: Cut,
  { plane, box, shape }: { plane: SlicePlane; box: SliceBox; shape: Shape5 },
): Cut | undefined {
  const { u, v } = sliceAxes[plane.axis];
  const spans = { [u]: [box.left, box.right], [v]: [box.top, box.bottom] };
  const next: Partial<Record<CutAxis, CutSpan>> = { ...cut };
  for (const [index, [start, stop]] of Object.entries(spans)) {
    const axis = Number(index);
    const from = Math.max(0, start!);
    const to = Math.min(shape[axis]!, stop!);
    if (from >= to) return undefined;
    next[coreAxes[axis] as CutAxis] = [from, to];
  }
  return next;
}

/** What is seen of an image: the part of each axis that any slice shows, or the slice itself along an axis that none shows. */
export function cutOfView(slices: readonly ViewedSlice[], shape: Shape5): Cut {
  const { start: least, stop: most } = wholeRoi(shape);
  const cut: Partial<Record<CutAxis, CutSpan>> = {};
  for (const [i, axis] of [...coreAxes].entries()) {
    if (axis === 'c' || shape[i]! === 1) continue;
    const seen = slices.flatMap(({ plane, box }) => {
      const { u, v } = sliceAxes[plane.axis];
      if (i === u) return [[Math.floor(box.left), Math.ceil(box.right)] as const];
      return i === v ? [[Math.floor(box.top), Math.ceil(box.bottom)] as const] : [];
    });
    const at = slices[0] && (axis === 't' ? slices[0].plane.t : slices[0].plane.index);
    const spans = seen.length > 0 ? seen : at === undefined ? [] : [[at, at + 1] as const];
    if (spans.length === 0) continue;
    const from = Math.max(least[i]!, Math.min(...spans.map(([start]) => start)));
    const to = Math.min(most[i]!, Math.max(...spans.map(([, stop]) => stop)));
    if (from >= to || (from === 0 && to === shape[i])) continue;
    // Seen to its end: then it goes to the end of images of another size too.
    cut[axis as CutAxis] = [from > 0 ? from : undefined, to < shape[i]! ? to : undefined];
  }
  return cut;
}
