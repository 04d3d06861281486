// Voxel by voxel: products, sums, differences, magnitudes, and the crop.
// Boxes: `rowStep` and `planeStep` are the inputs' bytes per row and plane, inputs start at the box's first voxel. `list` points
// to `inputs` such addresses (u32).

export function multiply(a: usize, b: usize, out: usize, count: i32): void {
  let at: usize = 0;
  const whole = <usize>(count & ~3) << 2;
  for (; at < whole; at += 16) v128.store(out + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  const end = <usize>count << 2;
  for (; at < end; at += 4) store<f32>(out + at, load<f32>(a + at) * load<f32>(b + at));
}

export function crop(a: usize, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32): void {
  const bytes = <usize>nx << 2;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, out += bytes) memory.copy(out, a + <usize>z * planeStep + <usize>y * rowStep, bytes);
  }
}

export function subtract(
  a: usize, b: usize, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32,
): void {
  const whole = <usize>(nx & ~3) << 2;
  const bytes = <usize>nx << 2;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, out += bytes) {
      const skip = <usize>z * planeStep + <usize>y * rowStep;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        v128.store(out + at, f32x4.sub(v128.load(a + skip + at), v128.load(b + skip + at)));
      }
      for (; at < bytes; at += 4) store<f32>(out + at, load<f32>(a + skip + at) - load<f32>(b + skip + at));
    }
  }
}

export function sum(
  list: usize, inputs: i32, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32,
): void {
  const whole = <usize>(nx & ~3) << 2;
  const bytes = <usize>nx << 2;
  const end = list + (<usize>inputs << 2);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, out += bytes) {
      const skip = <usize>z * planeStep + <usize>y * rowStep;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        let total = v128.load(<usize>load<u32>(list) + skip + at);
        for (let l = list + 4; l < end; l += 4) total = f32x4.add(total, v128.load(<usize>load<u32>(l) + skip + at));
        v128.store(out + at, total);
      }
      for (; at < bytes; at += 4) {
        let total = load<f32>(<usize>load<u32>(list) + skip + at);
        for (let l = list + 4; l < end; l += 4) total += load<f32>(<usize>load<u32>(l) + skip + at);
        store<f32>(out + at, total);
      }
    }
  }
}

export function magnitude(
  list: usize, inputs: i32, rowStep: usize, planeStep: usize, out: usize, nz: i32, ny: i32, nx: i32,
): void {
  const whole = <usize>(nx & ~3) << 2;
  const bytes = <usize>nx << 2;
  const end = list + (<usize>inputs << 2);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, out += bytes) {
      const skip = <usize>z * planeStep + <usize>y * rowStep;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        let total = f32x4.splat(0);
        for (let l = list; l < end; l += 4) {
          const value = v128.load(<usize>load<u32>(l) + skip + at);
          total = f32x4.add(total, f32x4.mul(value, value));
        }
        v128.store(out + at, f32x4.sqrt(total));
      }
      for (; at < bytes; at += 4) {
        let total: f32 = 0;
        for (let l = list; l < end; l += 4) {
          const value = load<f32>(<usize>load<u32>(l) + skip + at);
          total += value * value;
        }
        store<f32>(out + at, sqrt<f32>(total));
      }
    }
  }
}
