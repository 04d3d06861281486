import type { CanvasTool, Point2, SlicePlane, SlicePointer } from '../view/layer.ts';
import type { SliceBox } from '../view/slice-geometry.ts';

/** A box that is drawn on a slice, in whole voxels, at least one wide and high. `isDone` when the pointer is lifted. */
export type OnBox = (plane: SlicePlane, box: SliceBox, isDone: boolean) => void;

/** Draws boxes: from where the pointer goes down to where it is. */
export function createBoxTool({ onBox, onCancel }: { onBox: OnBox; onCancel(): void }): CanvasTool {
  let first: { readonly plane: SlicePlane; readonly at: Point2 } | undefined;
  const draw = ({ points }: SlicePointer, isDone: boolean) => {
    const to = points.at(-1);
    if (first && to) onBox(first.plane, boxBetween(first.at, to), isDone);
  };
  return {
    id: 'box',
    cursor: 'crosshair',
    down(pointer) {
      const at = pointer.points[0];
      if (!at) return false;
      first = { plane: pointer.plane, at };
      return true;
    },
    move: (pointer) => draw(pointer, false),
    up(pointer) {
      draw(pointer, true);
      first = undefined;
    },
    cancel() {
      first = undefined;
      onCancel();
    },
  };
}

function boxBetween(a: Point2, b: Point2): SliceBox {
  return {
    left: Math.floor(Math.min(a.u, b.u)),
    top: Math.floor(Math.min(a.v, b.v)),
    right: Math.floor(Math.max(a.u, b.u)) + 1,
    bottom: Math.floor(Math.max(a.v, b.v)) + 1,
  };
}
