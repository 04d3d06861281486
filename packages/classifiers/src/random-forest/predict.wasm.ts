import { BlockArena, type FeatureBlock, type Shape3 } from '@brushwood/core';
import { forestPredictBinary } from '../generated/forest-predict.ts';
import type { CompactForest } from './compact-forest.ts';
import { choosePatchShape, cutStrips, lanesPerPatch, type Strip } from './patches.ts';
import type { ForestEngine } from './predict.reference.ts';

/** Voxels that are copied into the engine's memory take at most about this much of it. */
const stripBytes = 2 * 2 ** 20;
/** The ranks and votes of the patches that go through all trees together; they should stay in the first-level cache. */
const tileBytes = 64 * 2 ** 10;
/** Patches that walk together, the bytes of a part of them that waits, and of the masks of a class. */
const packetPatches = 4;
const waitingBytes = 40;
const arrivedBytes = 32;

interface Kernel {
  readonly arena: BlockArena;
  readonly predict: (parameters: number) => void;
}

/** Where a strip's values lie, in bytes. */
interface Placement {
  readonly address: number;
  readonly planeBytes: number;
  readonly sliceBytes: number;
  readonly rowBytes: number;
}

/** True if this platform runs the fast engine (WebAssembly with 128-bit SIMD). */
export function hasWasmEngine(): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(kernelBytes());
}

/**
 * The fast engine: packets of 4 patches of 64 neighbouring voxels in WebAssembly, the same to the last bit as the readable one.
 * The kernel needs the forest, the features and some scratch in one memory: it uses the free part of the worker's arena
 * if there is room, and otherwise an own memory. Features that lie elsewhere are copied into it strip by strip.
 * @param arena the worker's memory, if it has one
 */
export function createWasmEngine(forest: CompactForest, arena?: BlockArena): ForestEngine {
  const module = new WebAssembly.Module(kernelBytes());
  const shared = arena ? bindKernel(module, arena) : undefined;
  let own: Kernel | undefined;
  return {
    predict(features, planes) {
      const job = planJob(forest, features, planes, shared?.arena);
      if (shared && job.fits) return runJob(forest, shared, job);
      const ownJob = planJob(forest, features, planes, undefined);
      if (!own || own.arena.capacityBytes < ownJob.bytes + reservedBytes) {
        own = bindKernel(module, new BlockArena(ownJob.bytes));
      }
      runJob(forest, own, ownJob);
    },
  };
}

/** What an arena keeps for itself, at most. */
const reservedBytes = 65536;

function kernelBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(forestPredictBinary), (letter) => letter.charCodeAt(0));
}

function bindKernel(module: WebAssembly.Module, arena: BlockArena): Kernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  return { arena, predict: exports.predict as (parameters: number) => void };
}

interface Job {
  readonly features: FeatureBlock;
  readonly planes: readonly Float32Array[];
  readonly patch: Shape3;
  readonly strips: readonly Strip[];
  readonly largestStrip: number;
  /** Do features and probabilities already lie in the memory? */
  readonly isInputThere: boolean;
  readonly isOutputThere: boolean;
  readonly scratchBytes: number;
  readonly patchesPerTile: number;
  /** Memory needed, all in all. */
  readonly bytes: number;
  /** Is that much free in the memory the job was planned for? */
  readonly fits: boolean;
}

function planJob(
  forest: CompactForest,
  features: FeatureBlock,
  planes: readonly Float32Array[],
  arena: BlockArena | undefined,
): Job {
  const { featureCount, classCount } = forest;
  const isInputThere = arena?.owns(features.data) ?? false;
  const isOutputThere = arena !== undefined && planes.every((plane) => arena.owns(plane));
  const voxelBytes = (isInputThere ? 0 : 4 * featureCount) + (isOutputThere ? 0 : 4 * classCount);
  const patch = choosePatchShape(features.shape);
  const [sizeZ, sizeY, sizeX] = features.shape;
  const strips =
    voxelBytes === 0
      ? [{ z: 0, y: 0, shape: features.shape }]
      : cutStrips([sizeZ, sizeY, sizeX], patch, stripBytes / voxelBytes);
  const largestStrip = Math.max(0, ...strips.map(({ shape }) => shape[0] * shape[1] * shape[2]));
  const columnCount = forest.ranks.columnStart.at(-1)!;
  const patchBytes = lanesPerPatch * (columnCount + 13 * classCount + 5);
  const patchesPerTile = packetPatches * Math.min(4, Math.max(1, Math.floor(tileBytes / (packetPatches * patchBytes))));
  const scratchBytes =
    lanesPerPatch * (packetPatches * waitingBytes + 4) + arrivedBytes * classCount + patchesPerTile * patchBytes;
  const bytes =
    scratchBytes +
    forestBytes(forest) +
    largestStrip * voxelBytes +
    parameterCount * 4 +
    4 * classCount +
    alignmentBytes;
  const fits = arena !== undefined && arena.capacityBytes - arena.mark() >= bytes;
  const where = { isInputThere, isOutputThere };
  return { features, planes, patch, strips, largestStrip, ...where, scratchBytes, patchesPerTile, bytes, fits };
}

const parameterCount = 25;
/** Room lost by rounding up each of the allocations. */
const alignmentBytes = 16 * 16;

function forestParts(forest: CompactForest): readonly ForestPart[] {
  const { nodes, roots, mixedStart, mixedEntries, ranks } = forest;
  return [nodes, roots, mixedStart, mixedEntries, ranks.columnStart, ranks.columns, ranks.cells];
}

type ForestPart = Int32Array | Float32Array | Uint8Array;

function forestBytes(forest: CompactForest): number {
  return forestParts(forest).reduce((sum, part) => sum + part.byteLength, 0);
}

function runJob(forest: CompactForest, { arena, predict }: Kernel, job: Job): void {
  const mark = arena.mark();
  try {
    const place = (bytes: ForestPart) => {
      const address = arena.allocate(bytes.byteLength);
      new Uint8Array(arena.memory.buffer, address, bytes.byteLength).set(
        new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      );
      return address;
    };
    const addresses = forestParts(forest).map(place) as [number, number, number, number, number, number, number];
    const scratch = arena.allocate(job.scratchBytes);
    const planeList = new Uint32Array(arena.memory.buffer, arena.allocate(4 * forest.classCount), forest.classCount);
    const parameters = new Uint32Array(arena.memory.buffer, arena.allocate(4 * parameterCount), parameterCount);
    const input = job.isInputThere ? undefined : arena.allocateFloat32(job.largestStrip * forest.featureCount);
    const output = job.isOutputThere ? undefined : arena.allocateFloat32(job.largestStrip * forest.classCount);
    for (const strip of job.strips) {
      const from = placeInput(job, strip, input);
      const to = placeOutput(job, strip, output, planeList);
      const [nodes, roots, mixedStart, mixedEntries, ...ranks] = addresses;
      parameters.set([
        nodes,
        roots,
        forest.roots.length,
        mixedStart,
        mixedEntries,
        forest.classCount,
        forest.featureCount,
      ]);
      parameters.set([from.address, from.planeBytes, from.sliceBytes, from.rowBytes, ...strip.shape, ...job.patch], 7);
      parameters.set([planeList.byteOffset, to.sliceBytes, scratch, job.patchesPerTile], 17);
      parameters.set([...ranks, forest.ranks.columnStart.at(-1)!], 21);
      predict(parameters.byteOffset);
      if (output) copyOut(job, strip, output);
    }
  } finally {
    arena.release(mark);
  }
}

/** The strip's features where they lie, or copied to `room`, plane by plane. */
function placeInput({ features }: Job, strip: Strip, room: Float32Array | undefined): Placement {
  const { data, featureCount, shape } = features;
  const [sizeZ, sizeY, sizeX] = shape;
  const [slices, rows] = strip.shape;
  if (!room) {
    return {
      address: data.byteOffset + 4 * (strip.z * sizeY + strip.y) * sizeX,
      planeBytes: 4 * sizeZ * sizeY * sizeX,
      sliceBytes: 4 * sizeY * sizeX,
      rowBytes: 4 * sizeX,
    };
  }
  const run = rows * sizeX;
  for (let f = 0; f < featureCount; f++) {
    for (let z = 0; z < slices; z++) {
      const start = ((f * sizeZ + strip.z + z) * sizeY + strip.y) * sizeX;
      room.set(data.subarray(start, start + run), (f * slices + z) * run);
    }
  }
  return { address: room.byteOffset, planeBytes: 4 * slices * run, sliceBytes: 4 * run, rowBytes: 4 * sizeX };
}

/** Tells the kernel where each class of the strip goes: to its plane, or to `room`, from which it is copied. */
function placeOutput(
  { planes, features }: Job,
  strip: Strip,
  room: Float32Array | undefined,
  planeList: Uint32Array,
): Pick<Placement, 'sliceBytes'> {
  const [, sizeY, sizeX] = features.shape;
  const [slices, rows] = strip.shape;
  const offset = 4 * (strip.z * sizeY + strip.y) * sizeX;
  planes.forEach((plane, c) => {
    planeList[c] = room ? room.byteOffset + 4 * c * slices * rows * sizeX : plane.byteOffset + offset;
  });
  return { sliceBytes: 4 * sizeX * (room ? rows : sizeY) };
}

function copyOut({ planes, features }: Job, strip: Strip, room: Float32Array): void {
  const [, sizeY, sizeX] = features.shape;
  const [slices, rows] = strip.shape;
  const run = rows * sizeX;
  planes.forEach((plane, c) => {
    for (let z = 0; z < slices; z++) {
      const start = (c * slices + z) * run;
      plane.set(room.subarray(start, start + run), ((strip.z + z) * sizeY + strip.y) * sizeX);
    }
  });
}
