import type { Labels, Roi } from '@brushwood/core';
import type { SliceBox } from '../view/slice-geometry.ts';

/** What a painting tool works on: the labels of the shown lane and the settings of the pen. */
export interface StrokeHost {
  readonly labels: Labels | undefined;
  /** Label of the active class, from 1. */
  readonly activeLabel: number;
  readonly brushDiameter: number;
  readonly eraserDiameter: number;
  readonly lockedLabels: ReadonlySet<number>;
  /** The part of the slice that is visible. */
  visibleBox(axis: 'z' | 'y' | 'x'): SliceBox;
  /** Shows labels that are being painted; `changed` is the box that may differ. */
  paint(labels: Labels, changed: Roi): void;
  endStroke(): void;
  cancelStroke(): void;
  selectLabel(label: number): void;
}
