// Eigenvalues of symmetric matrices, largest first, as planes one after another. Boxes as in `_elementwise.ts`; `list` points
// to the addresses (u32) of the upper triangle, row by row.

/** cos(acos(r) / 3) on [0, 1]: Chebyshev interpolation of degree 7, error 1.3e-8; one Newton step makes it 4e-16. */
const C0: f64 = 0.8660254163908417;
const C1: f64 = 0.16666504306323746;
const C2: f64 = -0.048077350345029135;
const C3: f64 = 0.024392383831939313;
const C4: f64 = -0.014289564826206913;
const C5: f64 = 0.007664301754289227;
const C6: f64 = -0.002922830501063345;
const C7: f64 = 0.0005426077123047435;

/** The first `lanes` (1 to 4) floats at an address; the other lanes are 0. */
// @ts-ignore: decorator
@inline
function loadLanes(at: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(at);
  let value = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (lanes > 1) value = f32x4.replace_lane(value, 1, load<f32>(at, 4));
  if (lanes > 2) value = f32x4.replace_lane(value, 2, load<f32>(at, 8));
  return value;
}

// @ts-ignore: decorator
@inline
function storeLanes(at: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(at, value);
    return;
  }
  store<f32>(at, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(at, f32x4.extract_lane(value, 1), 4);
  if (lanes > 2) store<f32>(at, f32x4.extract_lane(value, 2), 8);
}

/** Entries yy, yx, xx; m ± sqrt(((yy − xx) / 2)² + yx²) in float32. */
export function eigenvalues2(
  list: usize, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32,
): void {
  const yy = <usize>load<u32>(list);
  const yx = <usize>load<u32>(list, 4);
  const xx = <usize>load<u32>(list, 8);
  const second = <usize>nz * <usize>ny * <usize>nx << 2;
  const half = f32x4.splat(0.5);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const skip = <usize>z * planeStep + <usize>y * rowStep;
      for (let x = 0; x < nx; x += 4) {
        const at: usize = skip + (<usize>x << 2);
        const lanes = min(4, nx - x);
        const a = loadLanes(yy + at, lanes);
        const b = loadLanes(yx + at, lanes);
        const c = loadLanes(xx + at, lanes);
        const mean = f32x4.mul(half, f32x4.add(a, c));
        const d = f32x4.mul(half, f32x4.sub(a, c));
        const q = f32x4.sqrt(f32x4.add(f32x4.mul(d, d), f32x4.mul(b, b)));
        const to = out + (<usize>x << 2);
        storeLanes(to, f32x4.add(mean, q), lanes);
        storeLanes(to + second, f32x4.sub(mean, q), lanes);
      }
      out += <usize>nx << 2;
    }
  }
}

// @ts-ignore: decorator
@inline
function loadPair(list: usize, entry: usize, skip: usize, isSingle: bool): v128 {
  const at = <usize>load<u32>(list + (entry << 2)) + skip;
  return f64x2.promote_low_f32x4(isSingle ? v128.load32_zero(at) : v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline
function storePair(at: usize, value: v128, isSingle: bool): void {
  const narrow = f32x4.demote_f64x2_zero(value);
  if (isSingle) store<f32>(at, f32x4.extract_lane(narrow, 0));
  else store<f64>(at, f64x2.extract_lane(narrow, 0));
}

/**
 * Two voxels (or one) in double. With m = tr A / 3, B = A − m·I, p = sqrt(tr B² / 6) and r = det B / 2p³ in [−1, 1] the
 * eigenvalues are m + 2p·c for the roots c of 4c³ − 3c = r. The root for |r| that lies in [cos 30°, 1] is simple, so a
 * polynomial and a Newton step find it to the last bits; a quadratic has the other two; r < 0 mirrors all three.
 * Squares and cubes of float32 values neither overflow nor vanish in double, so nothing is scaled. p = 0: A = m·I.
 * Source: Smith, "Eigenvalues of a symmetric 3 × 3 matrix", CACM 4(4), 1961, without his cosine.
 */
// @ts-ignore: decorator
@inline
function eigenvaluesPair(list: usize, skip: usize, out: usize, plane: usize, isSingle: bool): void {
  const zz = loadPair(list, 0, skip, isSingle);
  const zy = loadPair(list, 1, skip, isSingle);
  const zx = loadPair(list, 2, skip, isSingle);
  const yy = loadPair(list, 3, skip, isSingle);
  const yx = loadPair(list, 4, skip, isSingle);
  const xx = loadPair(list, 5, skip, isSingle);
  const m = f64x2.mul(f64x2.add(f64x2.add(zz, yy), xx), f64x2.splat(1.0 / 3.0));
  const a = f64x2.sub(zz, m);
  const b = f64x2.sub(yy, m);
  const c = f64x2.sub(xx, m);
  const zy2 = f64x2.mul(zy, zy);
  const zx2 = f64x2.mul(zx, zx);
  const yx2 = f64x2.mul(yx, yx);
  const offDiagonal = f64x2.add(f64x2.add(zy2, zx2), yx2);
  const diagonal = f64x2.add(f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)), f64x2.mul(c, c));
  const p2 = f64x2.mul(f64x2.add(diagonal, f64x2.add(offDiagonal, offDiagonal)), f64x2.splat(1.0 / 6.0));
  const p = f64x2.sqrt(p2);
  const product = f64x2.mul(zy, f64x2.mul(zx, yx));
  const det = f64x2.sub(
    f64x2.add(f64x2.mul(a, f64x2.sub(f64x2.mul(b, c), yx2)), f64x2.add(product, product)),
    f64x2.add(f64x2.mul(b, zx2), f64x2.mul(c, zy2)),
  );
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const isMultiple = f64x2.eq(p2, zero);
  const p3 = f64x2.add(f64x2.mul(p, p2), f64x2.mul(p, p2));
  const r = f64x2.div(det, v128.bitselect(one, p3, isMultiple));
  const rootOf = f64x2.pmin(f64x2.abs(r), one);
  let s = f64x2.add(f64x2.splat(C6), f64x2.mul(rootOf, f64x2.splat(C7)));
  s = f64x2.add(f64x2.splat(C5), f64x2.mul(rootOf, s));
  s = f64x2.add(f64x2.splat(C4), f64x2.mul(rootOf, s));
  s = f64x2.add(f64x2.splat(C3), f64x2.mul(rootOf, s));
  s = f64x2.add(f64x2.splat(C2), f64x2.mul(rootOf, s));
  s = f64x2.add(f64x2.splat(C1), f64x2.mul(rootOf, s));
  s = f64x2.add(f64x2.splat(C0), f64x2.mul(rootOf, s));
  const s4 = f64x2.mul(f64x2.splat(4), f64x2.mul(s, s));
  const excess = f64x2.sub(f64x2.mul(s, f64x2.sub(s4, f64x2.splat(3))), rootOf);
  const slope = f64x2.sub(f64x2.mul(f64x2.splat(3), s4), f64x2.splat(3));
  const top = f64x2.pmin(f64x2.sub(s, f64x2.div(excess, slope)), one);
  // Roots of the remaining quadratic c² + top·c + top² − 3/4, both times 2, as everything below.
  const spread = f64x2.sqrt(f64x2.mul(f64x2.splat(3), f64x2.sub(one, f64x2.mul(top, top))));
  const middle = f64x2.sub(spread, top);
  const bottom = f64x2.sub(f64x2.neg(spread), top);
  const twoTop = f64x2.add(top, top);
  const isNegative = f64x2.lt(r, zero);
  const w0 = v128.bitselect(f64x2.neg(bottom), twoTop, isNegative);
  const w1 = v128.bitselect(f64x2.neg(middle), middle, isNegative);
  const w2 = v128.bitselect(f64x2.neg(twoTop), bottom, isNegative);
  storePair(out, f64x2.add(m, f64x2.mul(p, w0)), isSingle);
  storePair(out + plane, f64x2.add(m, f64x2.mul(p, w1)), isSingle);
  storePair(out + 2 * plane, f64x2.add(m, f64x2.mul(p, w2)), isSingle);
}

/** Entries zz, zy, zx, yy, yx, xx. */
export function eigenvalues3(
  list: usize, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32,
): void {
  const plane = <usize>nz * <usize>ny * <usize>nx << 2;
  const paired = <usize>(nx & ~1) << 2;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const skip = <usize>z * planeStep + <usize>y * rowStep;
      for (let at: usize = 0; at < paired; at += 8) eigenvaluesPair(list, skip + at, out + at, plane, false);
      if (nx & 1) eigenvaluesPair(list, skip + paired, out + paired, plane, true);
      out += <usize>nx << 2;
    }
  }
}
