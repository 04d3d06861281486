// memory-base: 8192
// A forest over the voxels of a block, 64 at a time: neighbouring voxels mostly take the same way down a tree, so a
// patch of them walks together as a packet and parts only where its lanes disagree. Arguments and layouts are described
// in src/random-forest/predict.wasm.ts. No static data: several modules may share this memory.

/** Lanes of a patch; its features, votes and masks follow lane by lane. */
const lanes: i32 = 64;
/** Votes are counted in bytes and leaf units in uint32 (127 · 2²⁵ < 2³²), so sums are carried over after this many trees. */
const treesPerRound: i32 = 127;
/** Bytes of a waiting packet: node, padding, four masks. At most 63 wait, as each has lanes of its own. */
const packetBytes: i32 = 80;

let nodes: usize = 0;
let mixedStart: usize = 0;
let mixedEntries: usize = 0;
let classCount: i32 = 0;
let stack: usize = 0;

export function predict(a: usize): void {
  nodes = load<u32>(a);
  const roots: usize = load<u32>(a, 4);
  const treeCount = load<i32>(a, 8);
  mixedStart = load<u32>(a, 12);
  mixedEntries = load<u32>(a, 16);
  classCount = load<i32>(a, 20);
  const featureCount = load<i32>(a, 24);
  const patchesPerTile = load<i32>(a, 80);
  const scratch: usize = load<u32>(a, 76);

  stack = scratch;
  const offsets = stack + lanes * packetBytes;
  const nans = offsets + patchesPerTile * lanes * 4;
  const features = nans + patchesPerTile * lanes;
  const featureBytes = featureCount * lanes * 4;
  const votes = features + patchesPerTile * featureBytes;
  const units = votes + patchesPerTile * classCount * lanes;
  const sums = units + patchesPerTile * classCount * lanes * 4;

  const patchCount = patchesAlong(a, 0) * patchesAlong(a, 4) * patchesAlong(a, 8);
  for (let first = 0; first < patchCount; first += patchesPerTile) {
    const count = min(patchesPerTile, patchCount - first);
    gather(a, first, count, features, nans, offsets);
    memory.fill(votes, 0, count * classCount * lanes);
    memory.fill(units, 0, count * classCount * lanes * 4);
    memory.fill(sums, 0, count * classCount * lanes * 8);
    for (let tree = 0; tree < treeCount; tree += treesPerRound) {
      const end = min(treeCount, tree + treesPerRound);
      for (let t = tree; t < end; t++) {
        const root = load<i32>(roots + (t << 2));
        for (let i = 0; i < count; i++) {
          const rows = i * classCount * lanes;
          walkPatch(root, features + i * featureBytes, votes + rows, units + rows * 4);
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
 * Copies the features of some patches, lane after lane, one plane after the other. `nans` receives a byte mask of the
 * lanes with a NaN feature.
 */
function gather(a: usize, first: i32, count: i32, features: usize, nans: usize, offsets: usize): void {
  const featureCount = load<i32>(a, 24);
  const planeBytes: usize = load<u32>(a, 32);
  const featureBytes = featureCount * (lanes << 2);
  let areRuns = true;
  for (let i = 0; i < count; i++) {
    if (!locatePatch(a, first + i, offsets + i * (lanes << 2))) areRuns = false;
  }
  memory.fill(nans, 0, count * lanes);
  let plane: usize = load<u32>(a, 28);
  for (let f = 0; f < featureCount; f++, plane += planeBytes) {
    let to = features + f * (lanes << 2);
    for (let i = 0; i < count; i++, to += featureBytes) {
      const from = offsets + i * (lanes << 2);
      for (let lane = 0; lane < lanes; lane += 16) {
        const at = from + (lane << 2);
        const target = to + (lane << 2);
        const v0 = loadFour(plane, at, areRuns);
        const v1 = loadFour(plane, at + 16, areRuns);
        const v2 = loadFour(plane, at + 32, areRuns);
        const v3 = loadFour(plane, at + 48, areRuns);
        v128.store(target, v0);
        v128.store(target, v1, 16);
        v128.store(target, v2, 32);
        v128.store(target, v3, 48);
        const isNan = narrow(f32x4.ne(v0, v0), f32x4.ne(v1, v1), f32x4.ne(v2, v2), f32x4.ne(v3, v3));
        const nan = nans + i * lanes + lane;
        v128.store(nan, v128.or(v128.load(nan), isNan));
      }
    }
  }
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

/** Byte mask of 16 lanes. */
// @ts-ignore: decorator
@inline
function narrow(c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(c0, c1), i16x8.narrow_i32x4_s(c2, c3));
}

/** Byte mask of the 16 lanes from `at` whose feature is below the threshold. */
// @ts-ignore: decorator
@inline
function below(at: usize, threshold: v128): v128 {
  return narrow(
    f32x4.lt(v128.load(at), threshold),
    f32x4.lt(v128.load(at, 16), threshold),
    f32x4.lt(v128.load(at, 32), threshold),
    f32x4.lt(v128.load(at, 48), threshold),
  );
}

// @ts-ignore: decorator
@inline
function hasAny(m0: v128, m1: v128, m2: v128, m3: v128): bool {
  return v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)));
}

/** All lanes of a patch down one tree. */
function walkPatch(root: i32, features: usize, votes: usize, units: usize): void {
  let m0 = i32x4.splat(-1);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  let node = root;
  let top = stack;
  while (true) {
    if (node >= 0) {
      const at = nodes + (<usize>node << 4);
      const threshold = v128.load32_splat(at);
      const plane = features + load<u32>(at, 4);
      const b0 = below(plane, threshold);
      const b1 = below(plane + 64, threshold);
      const b2 = below(plane + 128, threshold);
      const b3 = below(plane + 192, threshold);
      const l0 = v128.and(m0, b0);
      const l1 = v128.and(m1, b1);
      const l2 = v128.and(m2, b2);
      const l3 = v128.and(m3, b3);
      if (!hasAny(l0, l1, l2, l3)) {
        node = load<i32>(at, 12);
        continue;
      }
      const r0 = v128.andnot(m0, b0);
      const r1 = v128.andnot(m1, b1);
      const r2 = v128.andnot(m2, b2);
      const r3 = v128.andnot(m3, b3);
      if (!hasAny(r0, r1, r2, r3)) {
        node = load<i32>(at, 8);
        continue;
      }
      store<i32>(top, load<i32>(at, 12));
      v128.store(top, r0, 16);
      v128.store(top, r1, 32);
      v128.store(top, r2, 48);
      v128.store(top, r3, 64);
      top += packetBytes;
      node = load<i32>(at, 8);
      m0 = l0;
      m1 = l1;
      m2 = l2;
      m3 = l3;
      continue;
    } else {
      const leaf = -1 - node;
      if (leaf < classCount) {
        const vote = votes + leaf * lanes;
        // A mask byte is −1: subtracting it counts the lane.
        v128.store(vote, i8x16.sub(v128.load(vote), m0));
        v128.store(vote, i8x16.sub(v128.load(vote, 16), m1), 16);
        v128.store(vote, i8x16.sub(v128.load(vote, 32), m2), 32);
        v128.store(vote, i8x16.sub(v128.load(vote, 48), m3), 48);
      } else {
        const from = mixedStart + ((leaf - classCount) << 2);
        const end = mixedEntries + (<usize>load<u32>(from, 4) << 3);
        for (let entry = mixedEntries + (<usize>load<u32>(from) << 3); entry < end; entry += 8) {
          const sum = units + load<i32>(entry) * (lanes << 2);
          const value = v128.load32_splat(entry, 4);
          addUnits(sum, m0, value);
          addUnits(sum + 64, m1, value);
          addUnits(sum + 128, m2, value);
          addUnits(sum + 192, m3, value);
        }
      }
    }
    if (top == stack) return;
    top -= packetBytes;
    node = load<i32>(top);
    m0 = v128.load(top, 16);
    m1 = v128.load(top, 32);
    m2 = v128.load(top, 48);
    m3 = v128.load(top, 64);
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
