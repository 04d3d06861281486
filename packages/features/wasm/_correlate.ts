// One pass of a separable filter along z, y or x.

/** Bytes of one tap record: coefficient (f32), byte offsets of f[i+j] and f[i−j] from f[i] (i32 each), unused. */
const TAP_BYTES: usize = 16;
/** Index of position i of a row of n values that is mirrored at both ends without repeating the edge. */
// @ts-ignore: decorator
@inline
function reflect(i: i32, n: i32): i32 {
  if (<u32>i < <u32>n) return i;
  if (n == 1) return 0;
  const period = 2 * (n - 1);
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

function evenSpan(source: usize, out: usize, count: i32, table: usize, radius: i32): void {
  correlateSpan(source, out, count, table, radius, false);
}

function oddSpan(source: usize, out: usize, count: i32, table: usize, radius: i32): void {
  correlateSpan(source, out, count, table, radius, true);
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

/** Outputs at positions [from, to) of a row of n values, along x. Ends are widened to whole vectors. */
function rowAlongX(
  row: usize, n: i32, from: i32, to: i32, out: usize, table: usize, padded: usize, radius: i32, isOdd: bool,
): void {
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

/**
 * `scratch` holds (radius + 1) tap records and then 3·radius + 16 floats; `taps` are radius + 1 floats outside of it.
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
