// Eigenvalues of symmetric matrices, largest first, as planes one after another. Boxes as in `_elementwise.ts`; `list` points
// to the addresses (u32) of the upper triangle, row by row.

/**
 * (1 − cos(acos(1 − u) / 3)) / u as a polynomial in u on [0, 1]: Chebyshev interpolation of degree 9, relative error 9e-10.
 * By way of u it stays that exact where two eigenvalues meet (u → 0).
 */
const Q0: f64 = 0.11111111104562019;
const Q1: f64 = 0.016460918418448323;
const Q2: f64 = 0.00426721578028349;
const Q3: f64 = 0.001360147473697465;
const Q4: f64 = 0.0004448090267833156;
const Q5: f64 = 0.0002995299343249689;
const Q6: f64 = -0.0001803166788021109;
const Q7: f64 = 0.00034495282901379315;
const Q8: f64 = -0.00021054408517001374;
const Q9: f64 = 7.677235156700011e-05;

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

// @ts-ignore: decorator
@inline
function linear(a: f64, b: f64, u: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), u));
}

/**
 * Two voxels (or one) in double. With m = tr A / 3, B = A − m·I, p = sqrt(tr B² / 6) and r = det B / 2p³ in [−1, 1] the
 * eigenvalues are m + 2p·c for the roots c = cos(acos(r) / 3 + k·120°) of 4c³ − 3c = r. For |r| the root in [cos 30°, 1] is a
 * smooth function, taken as a polynomial; a quadratic has the other two; r < 0 mirrors all three.
 * Fourth powers of float32 values neither overflow nor vanish in double, so nothing is scaled. p = 0: A = m·I.
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
  // det / 2p³, so that the division need not wait for the root.
  const r = f64x2.mul(f64x2.mul(f64x2.div(det, v128.bitselect(one, f64x2.mul(p2, p2), isMultiple)), p), f64x2.splat(0.5));
  const u = f64x2.pmax(f64x2.sub(one, f64x2.abs(r)), zero);
  const u2 = f64x2.mul(u, u);
  const u4 = f64x2.mul(u2, u2);
  const low = f64x2.add(linear(Q0, Q1, u), f64x2.mul(u2, linear(Q2, Q3, u)));
  const high = f64x2.add(linear(Q4, Q5, u), f64x2.mul(u2, linear(Q6, Q7, u)));
  const q = f64x2.add(f64x2.add(low, f64x2.mul(u4, high)), f64x2.mul(f64x2.mul(u4, u4), linear(Q8, Q9, u)));
  // The outer root is 1 − d; the other two solve c² + (1 − d)·c + (1 − d)² − 3/4 = 0. All roots times 2, as they are needed.
  const d = f64x2.mul(u, q);
  const top = f64x2.sub(one, d);
  const spread = f64x2.sqrt(f64x2.mul(f64x2.mul(f64x2.splat(3), d), f64x2.add(one, top)));
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
