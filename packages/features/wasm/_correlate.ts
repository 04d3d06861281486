// One pass of a separable filter along z, y or x.

/** Bytes of one tap record: coefficient (f32), byte offsets of f[i+j] and f[i−j] from f[i] (i32 each), unused. */
const TAP_BYTES: usize = 16;
/** A tile is 16 neighbouring columns, as wide as a cache line: 4 vectors at each position. */
const TILE_LANES: i32 = 16;
const TILE_BYTES: usize = 64;
/** From this radius on, passes along z and y go by tiles. */
const TILE_RADIUS: i32 = 8;
/** Index of position i of a row of n values that is mirrored at both ends without repeating the edge. */
// @ts-ignore: decorator
@inline
function reflect(i: i32, n: i32): i32 {
  if (<u32>i < <u32>n) return i;
  if (n == 1) return 0;
  const period = 2 * (n - 1);
  const once = i < 0 ? -i : period - i; // saves the division where one reflection does
  if (<u32>once < <u32>n) return once;
  let k = i % period;
  if (k < 0) k += period;
  return k < n ? k : period - k;
}

/** Fills the tap records of a position whose neighbours all exist, `step` bytes apart. */
function writeTaps(table: usize, taps: usize, radius: i32, step: i32): void {
  for (let j = 0; j <= radius; j++) {
    const record = table + <usize>j * TAP_BYTES;
    store<f32>(record, load<f32>(taps + (<usize>j << 2)));
    store<i32>(record, j * step, 4);
    store<i32>(record, -j * step, 8);
  }
}

/** The same for position i of n, with neighbours beyond an end replaced by their mirror images. */
function writeMirroredTaps(table: usize, radius: i32, step: i32, i: i32, n: i32): void {
  for (let j = 1; j <= radius; j++) {
    const record = table + <usize>j * TAP_BYTES;
    store<i32>(record, (reflect(i + j, n) - i) * step, 4);
    store<i32>(record, (reflect(i - j, n) - i) * step, 8);
  }
}

// @ts-ignore: decorator
@inline
function pair4(up: v128, down: v128, isOdd: bool): v128 {
  return isOdd ? f32x4.sub(up, down) : f32x4.add(up, down);
}

/** `count` neighbouring outputs of one pass, each k₀·f[i] + Σ k[j]·(f[i+j] ± f[i−j]) with j ascending. */
// @ts-ignore: decorator
@inline
function correlateSpan(source: usize, out: usize, count: i32, table: usize, radius: i32, isOdd: bool): void {
  const end = table + <usize>radius * TAP_BYTES;
  const k0 = v128.load32_splat(table);
  let i: i32 = 0;
  for (; i + 16 <= count; i += 16) {
    const at = source + (<usize>i << 2);
    let a0 = f32x4.mul(k0, v128.load(at));
    let a1 = f32x4.mul(k0, v128.load(at, 16));
    let a2 = f32x4.mul(k0, v128.load(at, 32));
    let a3 = f32x4.mul(k0, v128.load(at, 48));
    for (let tap = table + TAP_BYTES; tap <= end; tap += TAP_BYTES) {
      const k = v128.load32_splat(tap);
      const up = at + load<i32>(tap, 4);
      const down = at + load<i32>(tap, 8);
      a0 = f32x4.add(a0, f32x4.mul(k, pair4(v128.load(up), v128.load(down), isOdd)));
      a1 = f32x4.add(a1, f32x4.mul(k, pair4(v128.load(up, 16), v128.load(down, 16), isOdd)));
      a2 = f32x4.add(a2, f32x4.mul(k, pair4(v128.load(up, 32), v128.load(down, 32), isOdd)));
      a3 = f32x4.add(a3, f32x4.mul(k, pair4(v128.load(up, 48), v128.load(down, 48), isOdd)));
    }
    const to = out + (<usize>i << 2);
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to, a2, 32);
    v128.store(to, a3, 48);
  }
  for (; i + 4 <= count; i += 4) {
    const at = source + (<usize>i << 2);
    let a0 = f32x4.mul(k0, v128.load(at));
    for (let tap = table + TAP_BYTES; tap <= end; tap += TAP_BYTES) {
      const up = v128.load(at + load<i32>(tap, 4));
      const down = v128.load(at + load<i32>(tap, 8));
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(tap), pair4(up, down, isOdd)));
    }
    v128.store(out + (<usize>i << 2), a0);
  }
  for (; i < count; i++) {
    const at = source + (<usize>i << 2);
    let a0 = load<f32>(table) * load<f32>(at);
    for (let tap = table + TAP_BYTES; tap <= end; tap += TAP_BYTES) {
      const up = load<f32>(at + load<i32>(tap, 4));
      const down = load<f32>(at + load<i32>(tap, 8));
      a0 += load<f32>(tap) * (isOdd ? up - down : up + down);
    }
    store<f32>(out + (<usize>i << 2), a0);
  }
}

/** `correlateSpan` of radius 1 or 2, with taps and offsets in registers: most passes of the filters are as short. */
// @ts-ignore: decorator
@inline
function correlateShortSpan(source: usize, out: usize, count: i32, table: usize, isWide: bool, isOdd: bool): void {
  const second = isWide ? table + 2 * TAP_BYTES : table;
  const k0 = v128.load32_splat(table);
  const k1 = v128.load32_splat(table + TAP_BYTES);
  const k2 = v128.load32_splat(second);
  const up1: usize = load<i32>(table + TAP_BYTES, 4);
  const down1: usize = load<i32>(table + TAP_BYTES, 8);
  const up2: usize = load<i32>(second, 4);
  const down2: usize = load<i32>(second, 8);
  const whole = source + (<usize>(count & ~7) << 2);
  let to = out;
  let at = source;
  for (; at < whole; at += 32, to += 32) {
    let a0 = f32x4.mul(k0, v128.load(at));
    let a1 = f32x4.mul(k0, v128.load(at, 16));
    a0 = f32x4.add(a0, f32x4.mul(k1, pair4(v128.load(at + up1), v128.load(at + down1), isOdd)));
    a1 = f32x4.add(a1, f32x4.mul(k1, pair4(v128.load(at + up1, 16), v128.load(at + down1, 16), isOdd)));
    if (isWide) {
      a0 = f32x4.add(a0, f32x4.mul(k2, pair4(v128.load(at + up2), v128.load(at + down2), isOdd)));
      a1 = f32x4.add(a1, f32x4.mul(k2, pair4(v128.load(at + up2, 16), v128.load(at + down2, 16), isOdd)));
    }
    v128.store(to, a0);
    v128.store(to, a1, 16);
  }
  correlateSpan(at, to, count & 7, table, isWide ? 2 : 1, isOdd);
}

function evenSpan(source: usize, out: usize, count: i32, table: usize, radius: i32): void {
  if (radius == 1) correlateShortSpan(source, out, count, table, false, false);
  else if (radius == 2) correlateShortSpan(source, out, count, table, true, false);
  else correlateSpan(source, out, count, table, radius, false);
}

function oddSpan(source: usize, out: usize, count: i32, table: usize, radius: i32): void {
  if (radius == 1) correlateShortSpan(source, out, count, table, false, true);
  else if (radius == 2) correlateShortSpan(source, out, count, table, true, true);
  else correlateSpan(source, out, count, table, radius, true);
}

// @ts-ignore: decorator
@inline
function span(source: usize, out: usize, count: i32, table: usize, radius: i32, isOdd: bool): void {
  if (isOdd) oddSpan(source, out, count, table, radius);
  else evenSpan(source, out, count, table, radius);
}

/** Outputs at positions [from, to) of a row of n values, by way of a mirrored copy of their surroundings. */
function mirroredSpan(
  row: usize, n: i32, from: i32, to: i32, out: usize, table: usize, padded: usize, radius: i32, isOdd: bool,
): void {
  for (let i = from - radius; i < to + radius; i++) {
    store<f32>(padded + (<usize>(i - from + radius) << 2), load<f32>(row + (<usize>reflect(i, n) << 2)));
  }
  span(padded + (<usize>radius << 2), out, to - from, table, radius, isOdd);
}

// @ts-ignore: decorator
@inline
function shortSum(k1: v128, pair1: v128, k2: v128, pair2: v128, centre: v128, isWide: bool): v128 {
  const narrow = f32x4.add(centre, f32x4.mul(k1, pair1));
  return isWide ? f32x4.add(narrow, f32x4.mul(k2, pair2)) : narrow;
}

/** A whole row of n ≥ 8 values along x at radius 1 or 2: the mirrored neighbours of both ends are lanes of one vector. */
// @ts-ignore: decorator
@inline
function shortRow(row: usize, n: i32, out: usize, table: usize, isWide: bool, isOdd: bool): void {
  const k0 = v128.load32_splat(table);
  const k1 = v128.load32_splat(table + TAP_BYTES);
  const k2 = v128.load32_splat(isWide ? table + 2 * TAP_BYTES : table);
  const first = v128.load(row);
  const left1 = pair4(v128.load(row, 4), v128.shuffle<f32>(first, first, 1, 0, 1, 2), isOdd);
  const left2 = pair4(v128.load(row, 8), v128.shuffle<f32>(first, first, 2, 1, 0, 1), isOdd);
  v128.store(out, shortSum(k1, left1, k2, left2, f32x4.mul(k0, first), isWide));
  const skip = <usize>(n - 4) << 2;
  correlateShortSpan(row + 16, out + 16, n - 8, table, isWide, isOdd);
  const last = v128.load(row + skip);
  const right1 = pair4(v128.shuffle<f32>(last, last, 1, 2, 3, 2), v128.load(row + skip - 4), isOdd);
  const right2 = pair4(v128.shuffle<f32>(last, last, 2, 3, 2, 1), v128.load(row + skip - 8), isOdd);
  v128.store(out + skip, shortSum(k1, right1, k2, right2, f32x4.mul(k0, last), isWide));
}

function evenShortRow(row: usize, n: i32, out: usize, table: usize, radius: i32): void {
  if (radius == 1) shortRow(row, n, out, table, false, false);
  else shortRow(row, n, out, table, true, false);
}

function oddShortRow(row: usize, n: i32, out: usize, table: usize, radius: i32): void {
  if (radius == 1) shortRow(row, n, out, table, false, true);
  else shortRow(row, n, out, table, true, true);
}

/** Outputs at positions [from, to) of a row of n values, along x. Ends are widened to whole vectors. */
function rowAlongX(
  row: usize, n: i32, from: i32, to: i32, out: usize, table: usize, padded: usize, radius: i32, isOdd: bool,
): void {
  if (radius <= 2 && from == 0 && to == n && n >= 8) {
    if (isOdd) oddShortRow(row, n, out, table, radius);
    else evenShortRow(row, n, out, table, radius);
    return;
  }
  const missingLeft = max(0, radius - from);
  const left = min(to, from + ((missingLeft + 3) & ~3));
  const missingRight = max(0, to - (n - radius));
  const right = max(left, to - ((missingRight + 3) & ~3));
  if (left > from) mirroredSpan(row, n, from, left, out, table, padded, radius, isOdd);
  if (right > left) {
    span(row + (<usize>left << 2), out + (<usize>(left - from) << 2), right - left, table, radius, isOdd);
  }
  if (to > right) {
    mirroredSpan(row, n, right, to, out + (<usize>(right - from) << 2), table, padded, radius, isOdd);
  }
}

/** Positions [from − radius, to + radius) of 16 columns of n values, mirrored, one below the other. */
function copyTile(column: usize, n: i32, step: usize, from: i32, to: i32, tile: usize): void {
  let into = tile;
  for (let i = from; i < to; i++, into += TILE_BYTES) {
    const at = column + <usize>reflect(i, n) * step;
    v128.store(into, v128.load(at));
    v128.store(into, v128.load(at, 16), 16);
    v128.store(into, v128.load(at, 32), 32);
    v128.store(into, v128.load(at, 48), 48);
  }
}

/** `count` outputs down 16 columns, `outStep` bytes apart; the same sums as in `correlateSpan`. */
// @ts-ignore: decorator
@inline
function correlateTile(
  tile: usize, out: usize, count: i32, outStep: usize, taps: usize, radius: i32, isOdd: bool,
): void {
  const k0 = v128.load32_splat(taps);
  const end = taps + (<usize>radius << 2);
  let at = tile + <usize>radius * TILE_BYTES;
  for (let i = 0; i < count; i++, at += TILE_BYTES, out += outStep) {
    let a0 = f32x4.mul(k0, v128.load(at));
    let a1 = f32x4.mul(k0, v128.load(at, 16));
    let a2 = f32x4.mul(k0, v128.load(at, 32));
    let a3 = f32x4.mul(k0, v128.load(at, 48));
    let up = at;
    let down = at;
    for (let tap = taps + 4; tap <= end; tap += 4) {
      up += TILE_BYTES;
      down -= TILE_BYTES;
      const k = v128.load32_splat(tap);
      a0 = f32x4.add(a0, f32x4.mul(k, pair4(v128.load(up), v128.load(down), isOdd)));
      a1 = f32x4.add(a1, f32x4.mul(k, pair4(v128.load(up, 16), v128.load(down, 16), isOdd)));
      a2 = f32x4.add(a2, f32x4.mul(k, pair4(v128.load(up, 32), v128.load(down, 32), isOdd)));
      a3 = f32x4.add(a3, f32x4.mul(k, pair4(v128.load(up, 48), v128.load(down, 48), isOdd)));
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
  }
}

function evenTile(tile: usize, out: usize, count: i32, outStep: usize, taps: usize, radius: i32): void {
  correlateTile(tile, out, count, outStep, taps, radius, false);
}

function oddTile(tile: usize, out: usize, count: i32, outStep: usize, taps: usize, radius: i32): void {
  correlateTile(tile, out, count, outStep, taps, radius, true);
}

/**
 * Outputs at positions [from, to) of `width` ≥ 16 neighbouring columns of n values. A long kernel reads rows far apart again and
 * again, which miss the cache when rows are long or a power of two; a tile stays in it. The last tile overlaps the one before.
 */
function correlateColumns(
  columns: usize, n: i32, step: usize, from: i32, to: i32, width: i32,
  out: usize, outStep: usize, taps: usize, radius: i32, isOdd: bool, tile: usize,
): void {
  for (let x = 0; x < width; x += TILE_LANES) {
    const skip = <usize>min(x, width - TILE_LANES) << 2;
    copyTile(columns + skip, n, step, from - radius, to + radius, tile);
    if (isOdd) oddTile(tile, out + skip, to - from, outStep, taps, radius);
    else evenTile(tile, out + skip, to - from, outStep, taps, radius);
  }
}

/** Bytes of scratch that `correlate` needs for `count` outputs along its axis. */
export function correlateScratchBytes(radius: i32, count: i32): usize {
  const rows = <usize>(radius + 1) * TAP_BYTES + (<usize>(3 * radius + 16) << 2);
  return max(rows, <usize>(count + 2 * radius) * TILE_BYTES);
}

/**
 * `scratch` has `correlateScratchBytes` for the outputs along the axis; `taps` are radius + 1 floats outside of it.
 * Offsets are such that every output voxel is centred on an input voxel.
 */
export function correlate(
  input: usize, inZ: i32, inY: i32, inX: i32,
  output: usize, outZ: i32, outY: i32, outX: i32,
  offsetZ: i32, offsetY: i32, offsetX: i32,
  axis: i32, taps: usize, radius: i32, isOdd: bool, scratch: usize,
): void {
  const inRow = <usize>inX << 2;
  const inPlane = inRow * <usize>inY;
  const outRow = <usize>outX << 2;
  const outPlane = outRow * <usize>outY;
  const count = axis == 0 ? outZ : outY;
  if (axis == 2 || radius < TILE_RADIUS || outX < TILE_LANES || count < 4) {
    correlateRows(
      input, inZ, inY, inX, output, outZ, outY, outX, offsetZ, offsetY, offsetX, axis, taps, radius, isOdd, scratch,
    );
  } else if (axis == 1) {
    const first = input + <usize>offsetZ * inPlane + (<usize>offsetX << 2);
    for (let z = 0; z < outZ; z++) {
      correlateColumns(
        first + <usize>z * inPlane, inY, inRow, offsetY, offsetY + outY, outX,
        output + <usize>z * outPlane, outRow, taps, radius, isOdd, scratch,
      );
    }
  } else {
    const first = input + <usize>offsetY * inRow + (<usize>offsetX << 2);
    for (let y = 0; y < outY; y++) {
      correlateColumns(
        first + <usize>y * inRow, inZ, inPlane, offsetZ, offsetZ + outZ, outX,
        output + <usize>y * outRow, outPlane, taps, radius, isOdd, scratch,
      );
    }
  }
}

/** A pass row by row: `scratch` holds radius + 1 tap records and then 3·radius + 16 floats. */
function correlateRows(
  input: usize, inZ: i32, inY: i32, inX: i32,
  output: usize, outZ: i32, outY: i32, outX: i32,
  offsetZ: i32, offsetY: i32, offsetX: i32,
  axis: i32, taps: usize, radius: i32, isOdd: bool, scratch: usize,
): void {
  const inRow = <usize>inX << 2;
  const inPlane = inRow * <usize>inY;
  const outRow = <usize>outX << 2;
  const step: i32 = axis == 0 ? <i32>inPlane : axis == 1 ? <i32>inRow : 4;
  const n = axis == 0 ? inZ : inY;
  const padded = scratch + <usize>(radius + 1) * TAP_BYTES;
  writeTaps(scratch, taps, radius, step);
  let out = output;
  for (let z = offsetZ; z < offsetZ + outZ; z++) {
    for (let y = offsetY; y < offsetY + outY; y++) {
      const row = input + <usize>z * inPlane + <usize>y * inRow;
      if (axis == 2) {
        rowAlongX(row, inX, offsetX, offsetX + outX, out, scratch, padded, radius, isOdd);
      } else {
        const i = axis == 0 ? z : y;
        const isMirrored = i < radius || i + radius >= n;
        if (isMirrored) writeMirroredTaps(scratch, radius, step, i, n);
        span(row + (<usize>offsetX << 2), out, outX, scratch, radius, isOdd);
        if (isMirrored) writeTaps(scratch, taps, radius, step);
      }
      out += outRow;
    }
  }
}
