// memory-base: 8192
// A forest over the voxels of a block: neighbouring voxels mostly take the same way down a tree, so a packet of four
// patches of 64 of them walks together and parts only where its lanes disagree. Trees compare bytes: a feature's rank
// among the forest's own thresholds decides exactly what the feature itself would. Arguments and layouts are described in
// src/random-forest/predict.wasm.ts and compact-forest.ts. No static data: several modules may share this memory.

/** Lanes of a patch; its ranks, votes and masks follow lane by lane. */
const lanes: i32 = 64;
/** At most this many thresholds are compared with all values of a patch; looking up 64 values costs as much. */
const fewThresholds: usize = 64;
/** Cells of a column's table. */
const cellCount: i32 = 2048;
/** A column: where its cells begin, cells per unit, up to 255 thresholds, NaN. */
const columnBytes: i32 = 1040;
/** Votes are counted in bytes and leaf units in uint32 (127 · 2²⁵ < 2³²), so sums are carried over after this many trees. */
const treesPerRound: i32 = 127;
/** Patches that walk together. */
const packetPatches: i32 = 4;
/** Bytes between the ranks of two columns of a packet. */
const columnStride: i32 = 256;
/** Bytes of a waiting part of a packet: node, padding, masks. At most 255 wait, as each has lanes of its own. */
const waitingBytes: i32 = 40;

let nodes: usize = 0;
let mixedStart: usize = 0;
let mixedEntries: usize = 0;
let classCount: i32 = 0;
let stack: usize = 0;
let values: usize = 0;
let arrived: usize = 0;

export function predict(a: usize): void {
  nodes = load<u32>(a);
  const roots: usize = load<u32>(a, 4);
  const treeCount = load<i32>(a, 8);
  mixedStart = load<u32>(a, 12);
  mixedEntries = load<u32>(a, 16);
  classCount = load<i32>(a, 20);
  const rankBytes = load<i32>(a, 96) * lanes;
  const patchesPerTile = load<i32>(a, 80);
  const scratch: usize = load<u32>(a, 76);

  stack = scratch;
  arrived = stack + packetPatches * lanes * waitingBytes;
  memory.fill(arrived, 0, classCount << 5);
  values = arrived + (classCount << 5);
  const offsets = values + lanes * 4;
  const nans = offsets + patchesPerTile * lanes * 4;
  const ranks = nans + patchesPerTile * lanes;
  const votes = ranks + patchesPerTile * rankBytes;
  const units = votes + patchesPerTile * classCount * lanes;
  const sums = units + patchesPerTile * classCount * lanes * 4;

  const patchCount = patchesAlong(a, 0) * patchesAlong(a, 4) * patchesAlong(a, 8);
  for (let first = 0; first < patchCount; first += patchesPerTile) {
    const count = min(patchesPerTile, patchCount - first);
    gather(a, first, count, ranks, nans, offsets);
    memory.fill(votes, 0, count * classCount * lanes);
    memory.fill(units, 0, count * classCount * lanes * 4);
    memory.fill(sums, 0, count * classCount * lanes * 8);
    for (let tree = 0; tree < treeCount; tree += treesPerRound) {
      const end = min(treeCount, tree + treesPerRound);
      for (let t = tree; t < end; t++) {
        const root = load<i32>(roots + (t << 2));
        for (let i = 0; i < count; i += packetPatches) {
          const rows = i * classCount * lanes;
          walkPacket(root, min(packetPatches, count - i), ranks + i * rankBytes, votes + rows, units + rows * 4);
        }
      }
      carry(count * classCount * lanes, votes, units, sums);
    }
    for (let i = 0; i < count; i++) {
      writePatch(a, first + i, treeCount, sums + i * classCount * lanes * 8, nans + i * lanes);
    }
  }
}

// @ts-ignore: decorator
@inline
function patchesAlong(a: usize, axis: i32): i32 {
  const size = load<i32>(a + axis, 44);
  const patch = load<i32>(a + axis, 56);
  return (size + patch - 1) / patch;
}

/** First voxel of a patch along an axis (0, 4, 8 = z, y, x). */
// @ts-ignore: decorator
@inline
function originAlong(a: usize, patch: i32, axis: i32): i32 {
  let position = patch;
  if (axis < 8) position /= patchesAlong(a, 8);
  if (axis < 4) position /= patchesAlong(a, 4);
  if (axis > 0) position %= patchesAlong(a, axis);
  return position * load<i32>(a + axis, 56);
}

/**
 * Where the lanes of a patch lie in a plane, in bytes. Lanes beyond the block repeat its last voxels, so that they cost
 * no way of their own. Returns whether runs of four lanes are neighbours in memory.
 */
function locatePatch(a: usize, patch: i32, offsets: usize): bool {
  const sliceBytes = load<u32>(a, 36);
  const rowBytes = load<u32>(a, 40);
  const z0 = originAlong(a, patch, 0);
  const y0 = originAlong(a, patch, 4);
  const x0 = originAlong(a, patch, 8);
  const lastZ = load<i32>(a, 44) - 1;
  const lastY = load<i32>(a, 48) - 1;
  const lastX = load<i32>(a, 52) - 1;
  const patchX = load<i32>(a, 64);
  let to = offsets;
  for (let z = 0; z < load<i32>(a, 56); z++) {
    for (let y = 0; y < load<i32>(a, 60); y++) {
      const row = <u32>min(z0 + z, lastZ) * sliceBytes + <u32>min(y0 + y, lastY) * rowBytes;
      for (let x = 0; x < patchX; x++, to += 4) store<u32>(to, row + (<u32>min(x0 + x, lastX) << 2));
    }
  }
  return patchX >= 4 && x0 + patchX - 1 <= lastX;
}

/**
 * Ranks the features of some patches, lane after lane, one column after the other. `nans` receives a byte mask of the
 * lanes with a NaN feature.
 */
function gather(a: usize, first: i32, count: i32, ranks: usize, nans: usize, offsets: usize): void {
  const featureCount = load<i32>(a, 24);
  const planeBytes: usize = load<u32>(a, 32);
  const columnStart: usize = load<u32>(a, 84);
  const columns: usize = load<u32>(a, 88);
  const cells: usize = load<u32>(a, 92);
  const rankBytes = load<i32>(a, 96) * lanes;
  let areRuns = true;
  for (let i = 0; i < count; i++) {
    if (!locatePatch(a, first + i, offsets + i * (lanes << 2))) areRuns = false;
  }
  memory.fill(nans, 0, count * lanes);
  let plane: usize = load<u32>(a, 28);
  for (let f = 0; f < featureCount; f++, plane += planeBytes) {
    const firstColumn = load<i32>(columnStart + (f << 2));
    const lastColumn = load<i32>(columnStart + (f << 2), 4);
    for (let i = 0; i < count; i++) {
      const packet = ranks + (i & ~(packetPatches - 1)) * rankBytes + (i & (packetPatches - 1)) * lanes;
      const hasNan = copyValues(plane, offsets + i * (lanes << 2), areRuns);
      if (hasNan) markNans(nans + i * lanes);
      for (let c = firstColumn; c < lastColumn; c++) {
        rankValues(columns + c * columnBytes, cells + c * cellCount, packet + c * columnStride, hasNan);
      }
    }
  }
}

/** Copies the lanes of a patch from a plane to `values`. Is one of them NaN? */
// @ts-ignore: decorator
@inline
function copyValues(plane: usize, from: usize, areRuns: bool): bool {
  let isNan = i32x4.splat(0);
  for (let lane = 0; lane < lanes << 2; lane += 16) {
    const four = loadFour(plane, from + lane, areRuns);
    v128.store(values + lane, four);
    isNan = v128.or(isNan, f32x4.ne(four, four));
  }
  return v128.any_true(isNan);
}

function markNans(nans: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const value = load<f32>(values + (lane << 2));
    if (value != value) store<u8>(nans + lane, 255);
  }
}

/**
 * The rank of each of `values` among a column's thresholds, less 128: how many of them are not above it. Where few thresholds
 * lie between the smallest and the largest value these are compared with all values, else each value is looked up.
 */
function rankValues(column: usize, cells: usize, to: usize, hasNan: bool): void {
  if (hasNan) return lookUpAll(column, cells, to);
  let smallest = v128.load(values);
  let largest = smallest;
  for (let at = 16; at < lanes << 2; at += 16) {
    const four = v128.load(values + at);
    smallest = f32x4.pmin(smallest, four);
    largest = f32x4.pmax(largest, four);
  }
  smallest = f32x4.pmin(smallest, v128.shuffle<i32>(smallest, smallest, 2, 3, 0, 1));
  largest = f32x4.pmax(largest, v128.shuffle<i32>(largest, largest, 2, 3, 0, 1));
  const low = lookUp(
    column,
    cells,
    min(f32x4.extract_lane(smallest, 0), f32x4.extract_lane(smallest, 1)),
  );
  const high = lookUp(
    column,
    cells,
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
  );
  if (low == high) {
    const rank = i8x16.splat(<i8>(low - 128));
    for (let lane = 0; lane < lanes; lane += 16) v128.store(to + lane, rank);
  } else if (high - low <= fewThresholds) {
    countAll(column + 8 + (low << 2), column + 8 + (high << 2), i8x16.splat(<i8>(low - 128)), to);
  } else {
    lookUpAll(column, cells, to);
  }
}

/** Adds to `base` how many of the thresholds from `from` to `end` are not above each value. */
// @ts-ignore: decorator
@inline
function countAll(from: usize, end: usize, base: v128, to: usize): void {
  for (let lane = 0; lane < lanes; lane += 16) {
    const at = values + (lane << 2);
    const v0 = v128.load(at);
    const v1 = v128.load(at, 16);
    const v2 = v128.load(at, 32);
    const v3 = v128.load(at, 48);
    let c0 = i32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    for (let t = from; t < end; t += 4) {
      const threshold = v128.load32_splat(t);
      // A true lane is −1.
      c0 = i32x4.sub(c0, f32x4.le(threshold, v0));
      c1 = i32x4.sub(c1, f32x4.le(threshold, v1));
      c2 = i32x4.sub(c2, f32x4.le(threshold, v2));
      c3 = i32x4.sub(c3, f32x4.le(threshold, v3));
    }
    v128.store(to + lane, i8x16.add(base, narrow(c0, c1, c2, c3)));
  }
}

function lookUp(column: usize, cells: usize, value: f32): usize {
  const position = (value - load<f32>(column)) * load<f32>(column, 4);
  const last = <f32>(cellCount - 1);
  const inside = position < last ? position : last;
  const cell = reinterpret<i32>((inside > 0 ? inside : 0) + 8388608) - reinterpret<i32>(<f32>8388608);
  return countFrom(load<u8>(cells + cell), column + 8, value);
}

// @ts-ignore: decorator
@inline
function countFrom(start: usize, thresholds: usize, value: f32): usize {
  let rank = start + <usize>(value >= load<f32>(thresholds + (start << 2)));
  while (value >= load<f32>(thresholds + (rank << 2))) rank++;
  return rank;
}

/** The table tells where to begin counting: how many thresholds lie in earlier cells of equal width. */
function lookUpAll(column: usize, cells: usize, to: usize): void {
  const low = v128.load32_splat(column);
  const scale = v128.load32_splat(column, 4);
  const zero = f32x4.splat(0);
  const last = f32x4.splat(<f32>(cellCount - 1));
  const magic = f32x4.splat(8388608);
  const thresholds = column + 8;
  for (let lane = 0; lane < lanes; lane += 4) {
    const at = values + (lane << 2);
    const position = f32x4.mul(f32x4.sub(v128.load(at), low), scale);
    // A NaN goes to the last cell. The sum's lower bits are the nearest whole number.
    const cell = i32x4.sub(f32x4.add(f32x4.pmax(zero, f32x4.pmin(last, position)), magic), magic);
    const r0 = countFrom(load<u8>(cells + i32x4.extract_lane(cell, 0)), thresholds, load<f32>(at));
    const r1 = countFrom(load<u8>(cells + i32x4.extract_lane(cell, 1)), thresholds, load<f32>(at, 4));
    const r2 = countFrom(load<u8>(cells + i32x4.extract_lane(cell, 2)), thresholds, load<f32>(at, 8));
    const r3 = countFrom(load<u8>(cells + i32x4.extract_lane(cell, 3)), thresholds, load<f32>(at, 12));
    store<u32>(to + lane, (r0 | (r1 << 8) | (r2 << 16) | (r3 << 24)) ^ 0x80808080);
  }
}

/** Byte mask of 16 lanes. */
// @ts-ignore: decorator
@inline
function narrow(c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(c0, c1), i16x8.narrow_i32x4_s(c2, c3));
}

/** The values of four lanes, whose offsets begin at `at`. */
// @ts-ignore: decorator
@inline
function loadFour(plane: usize, at: usize, isRun: bool): v128 {
  if (isRun) return v128.load(plane + load<u32>(at));
  let four = v128.load32_zero(plane + load<u32>(at));
  four = v128.load_lane<f32>(plane + load<u32>(at, 4), four, 1);
  four = v128.load_lane<f32>(plane + load<u32>(at, 8), four, 2);
  return v128.load_lane<f32>(plane + load<u32>(at, 12), four, 3);
}

/**
 * A packet of patches down one tree; a bit of a mask is a lane. The lanes that reach pure leaves are noted in `arrived`, masks
 * per class, and counted at the end, once for the whole tree.
 */
function walkPacket(root: i32, count: i32, ranks: usize, votes: usize, units: usize): void {
  let m0: u64 = -1;
  let m1: u64 = count > 1 ? -1 : 0;
  let m2: u64 = count > 2 ? -1 : 0;
  let m3: u64 = count > 3 ? -1 : 0;
  let node = root;
  let top = stack;
  while (true) {
    while (node >= 0) {
      const at = nodes + (<usize>node << 4);
      const threshold = v128.load32_splat(at);
      const column = ranks + load<u32>(at, 4);
      const l0 = m0 ? m0 & below(column, threshold) : 0;
      const l1 = m1 ? m1 & below(column + 64, threshold) : 0;
      const l2 = m2 ? m2 & below(column + 128, threshold) : 0;
      const l3 = m3 ? m3 & below(column + 192, threshold) : 0;
      if (!(l0 | l1 | l2 | l3)) {
        node = load<i32>(at, 12);
        continue;
      }
      node = load<i32>(at, 8);
      const r0 = m0 ^ l0;
      const r1 = m1 ^ l1;
      const r2 = m2 ^ l2;
      const r3 = m3 ^ l3;
      if (r0 | r1 | r2 | r3) {
        store<i32>(top, load<i32>(at, 12));
        store<u64>(top, r0, 8);
        store<u64>(top, r1, 16);
        store<u64>(top, r2, 24);
        store<u64>(top, r3, 32);
        top += waitingBytes;
        m0 = l0;
        m1 = l1;
        m2 = l2;
        m3 = l3;
      }
    }
    const leaf = -1 - node;
    if (leaf < classCount) {
      const noted = arrived + (leaf << 5);
      store<u64>(noted, load<u64>(noted) | m0);
      store<u64>(noted, load<u64>(noted, 8) | m1, 8);
      store<u64>(noted, load<u64>(noted, 16) | m2, 16);
      store<u64>(noted, load<u64>(noted, 24) | m3, 24);
    } else {
      const row = classCount * (lanes << 2);
      if (m0) addMixedLeaf(leaf - classCount, m0, units);
      if (m1) addMixedLeaf(leaf - classCount, m1, units + row);
      if (m2) addMixedLeaf(leaf - classCount, m2, units + 2 * row);
      if (m3) addMixedLeaf(leaf - classCount, m3, units + 3 * row);
    }
    if (top == stack) break;
    top -= waitingBytes;
    node = load<i32>(top);
    m0 = load<u64>(top, 8);
    m1 = load<u64>(top, 16);
    m2 = load<u64>(top, 24);
    m3 = load<u64>(top, 32);
  }
  for (let c = 0; c < classCount; c++) {
    for (let i = 0; i < count; i++) {
      const noted = arrived + (c << 5) + (i << 3);
      const mask = load<u64>(noted);
      if (mask == 0) continue;
      store<u64>(noted, 0);
      countVotes(votes + (i * classCount + c) * lanes, i64x2.splat(mask));
    }
  }
}

/** Adds one to the votes of the lanes whose bit is set. */
// @ts-ignore: decorator
@inline
function countVotes(votes: usize, bits: v128): void {
  // A mask byte is −1: subtracting it counts the lane.
  v128.store(votes, i8x16.sub(v128.load(votes), spread0(bits)));
  v128.store(votes, i8x16.sub(v128.load(votes, 16), spread1(bits)), 16);
  v128.store(votes, i8x16.sub(v128.load(votes, 32), spread2(bits)), 32);
  v128.store(votes, i8x16.sub(v128.load(votes, 48), spread3(bits)), 48);
}

/** A bit for each of the 64 bytes from `at` that are below the threshold. */
// @ts-ignore: decorator
@inline
function below(at: usize, threshold: v128): u64 {
  const b0 = i8x16.bitmask(i8x16.lt_s(v128.load(at), threshold));
  const b1 = i8x16.bitmask(i8x16.lt_s(v128.load(at, 16), threshold));
  const b2 = i8x16.bitmask(i8x16.lt_s(v128.load(at, 32), threshold));
  const b3 = i8x16.bitmask(i8x16.lt_s(v128.load(at, 48), threshold));
  return (<u64>(<u32>(b2 | (b3 << 16))) << 32) | <u64>(<u32>(b0 | (b1 << 16)));
}

// The bits of 16 lanes as a byte mask.
// @ts-ignore: decorator
@inline
function spread0(bits: v128): v128 {
  return testBits(v128.shuffle<i8>(bits, bits, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
}

// @ts-ignore: decorator
@inline
function spread1(bits: v128): v128 {
  return testBits(v128.shuffle<i8>(bits, bits, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
}

// @ts-ignore: decorator
@inline
function spread2(bits: v128): v128 {
  return testBits(v128.shuffle<i8>(bits, bits, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5));
}

// @ts-ignore: decorator
@inline
function spread3(bits: v128): v128 {
  return testBits(v128.shuffle<i8>(bits, bits, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7));
}

// @ts-ignore: decorator
@inline
function testBits(bytes: v128): v128 {
  const bit = i64x2.splat(0x8040201008040201);
  return i8x16.eq(v128.and(bytes, bit), bit);
}

/** Adds the class probabilities of a leaf that holds several classes. */
function addMixedLeaf(leaf: i32, mask: u64, units: usize): void {
  const from = mixedStart + (leaf << 2);
  const end = mixedEntries + (<usize>load<u32>(from, 4) << 3);
  const bits = i64x2.splat(mask);
  const m0 = spread0(bits);
  const m1 = spread1(bits);
  const m2 = spread2(bits);
  const m3 = spread3(bits);
  for (let entry = mixedEntries + (<usize>load<u32>(from) << 3); entry < end; entry += 8) {
    const sum = units + load<i32>(entry) * (lanes << 2);
    const value = v128.load32_splat(entry, 4);
    addUnits(sum, m0, value);
    addUnits(sum + 64, m1, value);
    addUnits(sum + 128, m2, value);
    addUnits(sum + 192, m3, value);
  }
}

/** Adds `value` to the 16 int32 sums whose mask byte is set. */
// @ts-ignore: decorator
@inline
function addUnits(sum: usize, mask: v128, value: v128): void {
  const low = i16x8.extend_low_i8x16_s(mask);
  const high = i16x8.extend_high_i8x16_s(mask);
  addMasked(sum, i32x4.extend_low_i16x8_s(low), value);
  addMasked(sum + 16, i32x4.extend_high_i16x8_s(low), value);
  addMasked(sum + 32, i32x4.extend_low_i16x8_s(high), value);
  addMasked(sum + 48, i32x4.extend_high_i16x8_s(high), value);
}

// @ts-ignore: decorator
@inline
function addMasked(sum: usize, mask: v128, value: v128): void {
  v128.store(sum, i32x4.add(v128.load(sum), v128.and(mask, value)));
}

/** sums += votes · 2²⁵ + units; votes = units = 0. Whole numbers, exact in a double. */
function carry(count: i32, votes: usize, units: usize, sums: usize): void {
  for (let i = 0; i < count; i++) {
    const sum = sums + (i << 3);
    const vote = <f64>load<u8>(votes + i) * 33554432.0;
    store<f64>(sum, load<f64>(sum) + vote + <f64>load<u32>(units + (i << 2)));
  }
  memory.fill(votes, 0, count);
  memory.fill(units, 0, count << 2);
}

/** Sums to probabilities; lanes with a NaN feature get 0, lanes beyond the block are left out. */
function writePatch(a: usize, patch: i32, treeCount: i32, sums: usize, nan: usize): void {
  const planes: usize = load<u32>(a, 68);
  const outSliceBytes: usize = load<u32>(a, 72);
  const outRowBytes: usize = <usize>load<i32>(a, 52) << 2;
  const divisor = <f64>treeCount * 33554432.0;
  const z0 = originAlong(a, patch, 0);
  const y0 = originAlong(a, patch, 4);
  const x0 = originAlong(a, patch, 8);
  const patchZ = load<i32>(a, 56);
  const patchY = load<i32>(a, 60);
  const patchX = load<i32>(a, 64);
  const zs = min(patchZ, load<i32>(a, 44) - z0);
  const ys = min(patchY, load<i32>(a, 48) - y0);
  const xs = min(patchX, load<i32>(a, 52) - x0);
  for (let c = 0; c < classCount; c++) {
    const plane: usize = load<u32>(planes + (c << 2));
    const row = sums + c * lanes * 8;
    for (let z = 0; z < zs; z++) {
      for (let y = 0; y < ys; y++) {
        const to = plane + <usize>(z0 + z) * outSliceBytes + <usize>(y0 + y) * outRowBytes + (<usize>x0 << 2);
        const lane = (z * patchY + y) * patchX;
        for (let x = 0; x < xs; x++) {
          const probability = <f32>(load<f64>(row + ((lane + x) << 3)) / divisor);
          store<f32>(to + (x << 2), load<u8>(nan + lane + x) ? <f32>0 : probability);
        }
      }
    }
  }
}
