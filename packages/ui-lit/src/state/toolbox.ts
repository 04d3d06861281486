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
  /** Lowest and highest intensity that the threshold brush paints; undefined until it is known what there is. */
  intensityRange: readonly [number, number] | undefined;
  /** Do copies of a slice, and what fills in between slices, replace labels that are there? */
  overwrites = false;
  private readonly onChange: () => void;
  private readonly toolsById: ReadonlyMap<ToolId, CanvasTool>;

  constructor({ host, onChange }: { host: (toolbox: Toolbox) => StrokeHost; onChange: () => void }) {
    this.onChange = onChange;
    const mine = host(this);
    this.toolsById = new Map(tools.flatMap(({ id, create }) => (create ? [[id, create(mine)] as const] : [])));
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
    this.intensityRange = range;
    this.onChange();
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
