import type { Labels, Roi } from '@brushwood/core';
import type { StrokeHost } from '../tools/stroke-host.ts';
import type { SliceBox } from '../view/slice-geometry.ts';
import type { SliceAxis } from '../view/layer.ts';
import type { Labeling } from './labeling.ts';
import type { SliceIntensities } from './slice-intensities.ts';
import type { Toolbox } from './toolbox.ts';

interface Shown {
  readonly tools: Toolbox;
  readonly intensities: () => SliceIntensities | undefined;
  visibleBox(axis: SliceAxis): SliceBox | undefined;
  /** Draws labels whose change lies in a box. */
  show(labels: Labels, changed: Roi): void;
}

/** What the tools see of a labeling. */
export function createStrokeHost(labeling: Labeling, { tools, intensities, visibleBox, show }: Shown): StrokeHost {
  return {
    get labels() {
      return labeling.project.lanes[labeling.laneIndex]?.labels;
    },
    get activeLabel() {
      return tools.activeLabel;
    },
    get brushDiameter() {
      return tools.brushDiameter;
    },
    get eraserDiameter() {
      return tools.eraserDiameter;
    },
    get lockedLabels() {
      return tools.lockedLabels;
    },
    visibleBox: (axis) => visibleBox(axis) ?? { left: 0, top: 0, right: 0, bottom: 0 },
    paint(labels, changed) {
      show(labels, changed);
      labeling.session.paint(labeling.laneIndex, labels);
    },
    get stroke() {
      return labeling.session.stroke;
    },
    beginStroke: () => labeling.session.beginStroke(),
    endStroke: () => labeling.session.endStroke(),
    cancelStroke: () => labeling.session.cancelStroke(),
    selectLabel: (label) => labeling.selectLabel(label),
    get channels() {
      return labeling.channels;
    },
    setChannels: (channels) => labeling.setChannels(channels),
    get intensityRange() {
      return tools.intensityRange;
    },
    intensities: (plane, box) => intensities()?.tiles(plane, box) ?? [],
    report: (error) => labeling.report(error),
  };
}
