import type { LabelClass } from '@brushwood/core';
import { tools, type ToolId } from '../tools/index.ts';
import type { StrokeHost } from '../tools/stroke-host.ts';
import type { CanvasTool } from '../view/layer.ts';

/** The tool in hand, and what the tools paint with. */
export class Toolbox {
  id: ToolId = 'brush';
  /** Label of the class that is painted, from 1. */
  activeLabel = 1;
  /** In voxels. */
  brushDiameter = 5;
  eraserDiameter = 11;
  lockedLabels: ReadonlySet<number> = new Set();
  /** A tool of a panel that has the pointer for a while, before the one in hand. */
  borrowed: CanvasTool | undefined;
  /** What kind of values the shown image has: a range of one kind means nothing in another. */
  intensityType = '';
  /** Do copies of a slice, and what fills in between slices, replace labels that are there? */
  overwrites = false;
  private readonly intensityRanges = new Map<string, readonly [number, number]>();
  private readonly onChange: () => void;
  private readonly toolsById: ReadonlyMap<ToolId, CanvasTool>;

  constructor({ host, onChange }: { host: (toolbox: Toolbox) => StrokeHost; onChange: () => void }) {
    this.onChange = onChange;
    const mine = host(this);
    this.toolsById = new Map(tools.flatMap(({ id, create }) => (create ? [[id, create(mine)] as const] : [])));
  }

  /** Lowest and highest intensity that the threshold brush paints; undefined until it is known what there is. */
  get intensityRange(): readonly [number, number] | undefined {
    return this.intensityRanges.get(this.intensityType);
  }

  /** What the viewer hands the pointer to; undefined to look around. */
  get current(): CanvasTool | undefined {
    return this.toolsById.get(this.id);
  }

  /** Of the pen in hand, in voxels. */
  get penDiameter(): number {
    return this.id === 'eraser' ? this.eraserDiameter : this.brushDiameter;
  }

  /** Lends the pointer to a tool of a panel; undefined takes it back. */
  borrow(tool: CanvasTool | undefined): void {
    this.borrowed = tool;
    this.onChange();
  }

  use(id: ToolId): void {
    if (id !== this.id) this.release();
    this.id = id;
    this.onChange();
  }

  /** Forgets what is unfinished, such as an outline. */
  release(): void {
    this.current?.release?.();
  }

  setIntensityRange(range: readonly [number, number]): void {
    this.intensityRanges.set(this.intensityType, range);
    this.onChange();
  }

  /** Forgets what was chosen for a project: another takes its place. */
  reset(): void {
    this.release();
    this.lockedLabels = new Set();
    this.intensityRanges.clear();
  }

  /** The class in hand and those that are protected stay what they are when others get their numbers. */
  followClasses(before: readonly LabelClass[], now: readonly LabelClass[]): void {
    if (before === now) return;
    // Names and colours change one at a time, numbers when there are more or fewer.
    const labelNow = (label: number) => (before.length === now.length ? label : now.indexOf(before[label - 1]!) + 1);
    const locked = [...this.lockedLabels].map(labelNow);
    this.lockedLabels = new Set(locked.filter((label) => label > 0));
    this.activeLabel = labelNow(this.activeLabel) || Math.min(this.activeLabel, Math.max(1, now.length));
  }

  /** Takes a class to paint, and a tool that paints. */
  selectLabel(label: number): void {
    this.activeLabel = label;
    if (!tools.some(({ id, paintsClass }) => id === this.id && paintsClass)) this.use('brush');
    else this.onChange();
  }

  setOverwrites(overwrites: boolean): void {
    this.overwrites = overwrites;
    this.onChange();
  }

  setPenDiameter(diameter: number): void {
    const size = Math.min(61, Math.max(1, Math.round(diameter)));
    if (this.id === 'eraser') this.eraserDiameter = size;
    else this.brushDiameter = size;
    this.onChange();
  }

  /** Protects what is painted of a class against painting over, or no longer. */
  toggleLock(label: number): void {
    const locked = new Set(this.lockedLabels);
    if (!locked.delete(label)) locked.add(label);
    this.lockedLabels = locked;
    this.onChange();
  }
}
