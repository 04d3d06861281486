import type { ImageSource } from '../contracts/image-source.ts';
import type { Volume } from '../contracts/filter-engine.ts';
import { BrushwoodError } from '../errors.ts';
import { shape3, spatialShape } from '../grid/axes.ts';
import { padRoi, type Halo, type ImageEdges } from '../grid/halo.ts';
import { roiShape, withAxis, type Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import type { BlockArena } from './block-arena.ts';
import type { PaddedBlock } from './padded-block.ts';

/** A block and its halo as the file has them: real data, only inside the image. */
export interface RawBlock {
  /** One time point, all channels, dtype of the source. */
  readonly tensor: Tensor;
  /** The padded box. */
  readonly roi: Roi;
  /** The box without halo. */
  readonly core: Roi;
  readonly edges: ImageEdges;
}

/**
 * Reads one block with its halo. Here a block gains its halo.
 * @param core one time point; all channels are read whatever its channel range
 * @throws what the source throws
 */
export async function readRawBlock(
  source: ImageSource,
  core: Roi,
  { halo, signal }: { halo: Halo; signal?: AbortSignal },
): Promise<RawBlock> {
  const { roi, edges } = padRoi(withAxis(core, 1, 0, source.info.shape[1]), halo, source.info.shape);
  return { tensor: await source.read(roi, { signal }), roi, core, edges };
}

/**
 * Puts a block into the arena as float32.
 * @throws 'not-finite' naming a voxel that is NaN or infinite
 */
export function placeBlock({ tensor, roi, core, edges }: RawBlock, arena: BlockArena, who: string): PaddedBlock {
  const shape = spatialShape(roiShape(roi));
  const voxels = shape[0] * shape[1] * shape[2];
  const channels: Volume[] = [];
  for (let channel = 0; channel < tensor.shape[1]; channel++) {
    const data = arena.allocateFloat32(voxels);
    copyAsFloat32(tensor, channel * voxels, data);
    channels.push({ data, shape });
  }
  if (tensor.data instanceof Float32Array || tensor.data instanceof Float64Array) checkFinite(channels, roi, who);
  const start = shape3((i) => core.start[i + 2]! - roi.start[i + 2]!);
  return { channels, edges, core: { start, shape: spatialShape(roiShape(core)) } };
}

/** Both at once. @throws 'not-finite', and what the source throws */
export async function readPaddedBlock(
  source: ImageSource,
  core: Roi,
  { halo, arena, signal, who }: { halo: Halo; arena: BlockArena; signal?: AbortSignal; who: string },
): Promise<PaddedBlock> {
  return placeBlock(await readRawBlock(source, core, { halo, signal }), arena, who);
}

function copyAsFloat32({ data }: Tensor, from: number, out: Float32Array): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < out.length; i++) out[i] = Number(data[from + i]!);
  } else {
    out.set(data.subarray(from, from + out.length));
  }
}

function checkFinite(channels: readonly Volume[], roi: Roi, who: string): void {
  for (const [channel, { data, shape }] of channels.entries()) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const x = (at % shape[2]) + roi.start[4];
    const y = (Math.floor(at / shape[2]) % shape[1]) + roi.start[3];
    const z = Math.floor(at / (shape[2] * shape[1])) + roi.start[2];
    throw new BrushwoodError(
      'not-finite',
      `${who} holds ${data[at]} at t=${roi.start[0]} c=${channel} z=${z} y=${y} x=${x}. Features need finite values: replace NaN and ` +
        'infinite voxels first.',
      { t: roi.start[0], channel, z, y, x },
    );
  }
}
