import type { ImageLevel, Shape5, VoxelSize } from '@brushwood/core';
import { LayerListElement } from '../elements/layer-list/layer-list.ts';
import { ViewerElement } from '../elements/viewer/viewer.ts';
import type { CanvasTool, Layer, LayerSource, Point2, SlicePointer, TileAddress } from '../view/layer.ts';
import { BlobSource } from './blob-source.ts';
import { colorAt } from './viewer-pattern.ts';

export interface Asked {
  readonly address: TileAddress;
  readonly signal: AbortSignal;
}

/** Draws `colorAt`, later, and notes what it was asked for. */
export class PatternSource implements LayerSource {
  readonly levelCount: number;
  readonly asked: Asked[] = [];
  mostPending = 0;
  /** While set, nothing is answered. */
  isHeld = false;
  shift = 0;
  private readonly levels: readonly ImageLevel[];
  private pending = 0;
  private readonly listeners = new Set<(isStale: (address: TileAddress) => boolean) => void>();
  private release: (() => void)[] = [];

  constructor(levels: readonly ImageLevel[]) {
    this.levels = levels;
    this.levelCount = levels.length;
  }

  async tile(address: TileAddress, signal: AbortSignal): Promise<ImageData> {
    this.asked.push({ address, signal });
    this.mostPending = Math.max(this.mostPending, ++this.pending);
    signal.addEventListener('abort', () => this.pending--, { once: true });
    await (this.isHeld ? new Promise<void>((done) => this.release.push(done)) : Promise.resolve());
    signal.throwIfAborted();
    this.pending--;
    return paintPattern(address, this.levels[address.level]!, this.shift);
  }

  answerAll(): void {
    this.isHeld = false;
    for (const done of this.release.splice(0)) done();
  }

  change(isStale: (address: TileAddress) => boolean): void {
    for (const listener of this.listeners) listener(isStale);
  }

  onChange(listener: (isStale: (address: TileAddress) => boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function paintPattern(address: TileAddress, level: ImageLevel, shift: number): ImageData {
  const { width, height, plane } = address;
  const image = new ImageData(width, height);
  const [, , nz, ny, nx] = level.downsampling;
  const [du, dv] = plane.axis === 'z' ? [nx, ny] : plane.axis === 'y' ? [nx, nz] : [nz, ny];
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, out += 4) {
      const color = colorAt((address.left + column + 0.5) * du, (address.top + row + 0.5) * dv, address.level);
      image.data.set(color, out);
      image.data[out + 2] = color[2] + 10 * (plane.index % 8) + shift;
      image.data[out + 3] = 255;
    }
  }
  return image;
}

/** Labels in memory, painted by a round pen, answered at once. */
export class LabelCanvas implements LayerSource {
  readonly levelCount = 1;
  readonly width: number;
  readonly strokes: SlicePointer[] = [];
  readonly addresses: TileAddress[] = [];
  cancelled = 0;
  ups = 0;
  private readonly height: number;
  private labels: Uint8Array | undefined;
  private readonly listeners = new Set<(isStale: (address: TileAddress) => boolean) => void>();

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  tile(address: TileAddress): ImageData | undefined {
    const { labels } = this;
    const { left, top, width, height } = address;
    this.addresses.push(address);
    if (!labels) return undefined;
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0, out = 0; row < height; row++) {
      for (let column = 0; column < width; column++, out++) {
        if (labels[(top + row) * this.width + left + column]) pixels[out] = 0xff19e1ff;
      }
    }
    return image;
  }

  onChange(listener: (isStale: (address: TileAddress) => boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tool(diameter: number): CanvasTool {
    const draw = (pointer: SlicePointer) => {
      this.strokes.push(pointer);
      for (const point of pointer.points) this.dab(point, diameter / 2);
    };
    return {
      id: 'brush',
      cursor: 'crosshair',
      outlineDiameter: diameter,
      down: (pointer) => (draw(pointer), true),
      move: draw,
      up: () => void this.ups++,
      cancel: () => void this.cancelled++,
    };
  }

  private dab({ u, v }: Point2, radius: number): void {
    const labels = (this.labels ??= new Uint8Array(this.width * this.height));
    for (let y = Math.floor(v - radius); y <= v + radius; y++) {
      for (let x = Math.floor(u - radius); x <= u + radius; x++) {
        if (Math.hypot(x + 0.5 - u, y + 0.5 - v) <= radius && x >= 0 && x < this.width) labels[y * this.width + x] = 1;
      }
    }
    const touches = ({ left, top, width, height }: TileAddress) =>
      u + radius >= left && u - radius < left + width && v + radius >= top && v - radius < top + height;
    for (const listener of this.listeners) listener(touches);
  }
}

/** Levels of an image, each half as large as the one before. */
export function pyramid(shape: Shape5, count: number): ImageLevel[] {
  const [t, c, z, y, x] = shape;
  return Array.from({ length: count }, (_, level) => ({
    shape: [t, c, z, Math.ceil(y / 2 ** level), Math.ceil(x / 2 ** level)] as const,
    chunkShape: [1, 1, 1, 256, 256] as const,
    downsampling: [1, 1, 1, 2 ** level, 2 ** level] as const,
  }));
}

export function layerOf(id: string, source: LayerSource, rest: Partial<Layer> = {}): Layer {
  return { id, name: id, source, opacity: 1, isVisible: true, ...rest };
}

export interface Shown {
  readonly viewer: ViewerElement;
  readonly pattern: PatternSource;
  readonly labels: LabelCanvas;
  readonly events: { readonly type: string; readonly detail: unknown }[];
}

/** A viewer that fills the page, with a picture and labels. */
export function showViewer(shape: Shape5, levelCount = 1, voxelSize?: VoxelSize): Shown {
  if (!customElements.get('brushwood-viewer')) customElements.define('brushwood-viewer', ViewerElement);
  if (!customElements.get('brushwood-layer-list')) customElements.define('brushwood-layer-list', LayerListElement);
  const viewer = document.createElement('brushwood-viewer');
  viewer.style.cssText = 'position: fixed; inset: 0';
  const levels = pyramid(shape, levelCount);
  const pattern = new PatternSource(levels);
  const labels = new LabelCanvas(shape[4], shape[3]);
  const events: { type: string; detail: unknown }[] = [];
  for (const type of ['view-change', 'position-change', 'pointer-voxel', 'maximize-change', 'layer-error']) {
    viewer.addEventListener(type, (event) => events.push({ type, detail: (event as CustomEvent).detail }));
  }
  viewer.image = { shape, levels, voxelSize };
  viewer.layers = [layerOf('raw', pattern), ...(shape[2] > 1 ? [] : [layerOf('labels', labels)])];
  document.body.append(viewer);
  const shown = { viewer, pattern, labels, events };
  Object.assign(globalThis, { shown });
  return shown;
}

/** Waits until everything that is on its way is drawn. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise((done) => requestAnimationFrame(done));
}

/** RGBA of a canvas at a place of the page. */
export function pixelAt(x: number, y: number, axis = 'z', kind: 'picture' | 'overlay' = 'picture'): number[] {
  const viewer = document.querySelector('brushwood-viewer')!;
  const canvas = viewer.shadowRoot!.querySelector<HTMLCanvasElement>(`[data-axis=${axis}] .${kind}`)!;
  const box = canvas.getBoundingClientRect();
  const column = Math.floor(((x - box.left) * canvas.width) / box.width);
  const row = Math.floor(((y - box.top) * canvas.height) / box.height);
  return [...canvas.getContext('2d')!.getImageData(column, row, 1, 1).data];
}

/** A list of layers that fills the page. */
export function showLayerList(layers: readonly Layer[]): void {
  const list = document.createElement('brushwood-layer-list');
  list.style.cssText = 'background: var(--_bw-surface); padding: 6px; position: fixed; inset: 0';
  list.layers = layers;
  list.addEventListener('layers-change', (event) => {
    shown.events.push({ type: event.type, detail: (event as CustomEvent).detail });
  });
  document.body.append(list);
}

/** Replaces the pattern by something that looks like a micrograph. */
export async function showBlobs(): Promise<void> {
  const { shape } = shown.viewer.image!;
  const labels = shown.viewer.layers.slice(1);
  shown.viewer.layers = [
    layerOf('raw', new BlobSource(shape)),
    layerOf('nuclei', new BlobSource(shape, [0, 130, 200]), { opacity: 0.4 }),
    ...labels,
  ];
  await new Promise((done) => setTimeout(done, 1500));
  await settled();
}

export { TileStore } from '../view/tile-store.ts';
