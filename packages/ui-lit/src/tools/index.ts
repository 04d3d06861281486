import type { CanvasTool } from '../view/layer.ts';
import type { IconName } from '../styles/icons.ts';
import { createContrastTool } from './contrast-tool.ts';
import { createFillTool } from './fill-tool.ts';
import { createPenTool } from './pen-tool.ts';
import { createPickTool } from './pick-tool.ts';
import { createPolygonTool } from './polygon-tool.ts';
import { createRangeBrush } from './range-brush.ts';
import type { StrokeHost } from './stroke-host.ts';

export type ToolId = 'navigate' | 'brush' | 'eraser' | 'polygon' | 'range' | 'fill' | 'pick' | 'contrast';

export interface ToolEntry {
  readonly id: ToolId;
  readonly name: string;
  readonly key: string;
  readonly icon: IconName;
  /** Paints the active class: choosing a class keeps it in hand. */
  readonly paintsClass?: boolean;
  /** Absent for the one that leaves the pointer to the viewer. */
  readonly create?: (host: StrokeHost) => CanvasTool;
}

/** The tools in the order of their buttons. */
export const tools: readonly ToolEntry[] = [
  { id: 'navigate', name: 'Navigate', key: 'n', icon: 'navigate' },
  {
    id: 'brush',
    name: 'Brush',
    key: 'b',
    icon: 'brush',
    paintsClass: true,
    create: (host) => createPenTool('brush', host),
  },
  { id: 'eraser', name: 'Eraser', key: 'e', icon: 'eraser', create: (host) => createPenTool('eraser', host) },
  { id: 'polygon', name: 'Outline', key: 'o', icon: 'polygon', paintsClass: true, create: createPolygonTool },
  { id: 'range', name: 'Threshold brush', key: 'r', icon: 'range', paintsClass: true, create: createRangeBrush },
  { id: 'fill', name: 'Fill', key: 'f', icon: 'fill', paintsClass: true, create: createFillTool },
  { id: 'pick', name: 'Pick class', key: 'g', icon: 'pick', create: createPickTool },
  { id: 'contrast', name: 'Window level', key: 't', icon: 'contrast', create: createContrastTool },
];

/** Diameters of pens in voxels, as ilastik's. */
export const penSizes: readonly number[] = [1, 3, 5, 7, 11, 23, 31, 61];
