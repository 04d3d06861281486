import {
  allocateTensor,
  elementCount,
  type NumberArray,
  type Shape5,
  type Tensor,
  tensorDtype,
  shape5,
} from '@brushwood/core';

/** How voxels become one: labels must not be mixed. */
export type Reduction = 'mean' | 'mode';

/**
 * A tensor reduced by whole factors along each axis. Voxels beyond the end do not count, so the last ones stand for fewer.
 * Means of integers are rounded, halves up; of equally frequent labels the lowest wins.
 * @param factors 1 or 2 along each of tczyx
 */
export function downsample(source: Tensor, factors: Shape5, reduction: Reduction): Tensor {
  const shape = shape5((axis) => Math.ceil(source.shape[axis] / factors[axis]));
  const out = allocateTensor(tensorDtype(source), shape);
  const isBig = source.data instanceof BigInt64Array || source.data instanceof BigUint64Array;
  if (reduction === 'mean' && !isBig) averageRows(source, out, factors);
  else reduceGroups(source, out, { factors, reduce: reduction === 'mode' ? modeOf : meanOfBigInts });
  return out;
}

/** Sums rows, so that the inner loop walks through memory. */
function averageRows(source: Tensor, out: Tensor, factors: Shape5): void {
  const input = source.data as NumberArray;
  const output = out.data as NumberArray;
  const isFloat = input instanceof Float32Array || input instanceof Float64Array;
  const [nx, outX] = [source.shape[4], out.shape[4]];
  const pairs = nx >> 1;
  const sums = new Float64Array(outX);
  let written = 0;
  for (const rows of rowGroups(source.shape, factors)) {
    sums.fill(0);
    for (const row of rows) {
      if (factors[4] === 1) for (let x = 0; x < nx; x++) sums[x]! += input[row + x]!;
      else {
        for (let x = 0, at = row; x < pairs; x++, at += 2) sums[x]! += input[at]! + input[at + 1]!;
        if (pairs < outX) sums[pairs]! += input[row + nx - 1]!;
      }
    }
    const full = 1 / (rows.length * factors[4]);
    const last = 1 / (rows.length * (nx - (outX - 1) * factors[4]));
    for (let x = 0; x < outX; x++) {
      const mean = sums[x]! * (x < outX - 1 ? full : last);
      output[written++] = isFloat ? mean : Math.floor(mean + 0.5);
    }
  }
}

type Value = number | bigint;

function reduceGroups(
  source: Tensor,
  out: Tensor,
  { factors, reduce }: { factors: Shape5; reduce: (values: readonly Value[]) => Value },
): void {
  const output = out.data as { [index: number]: Value };
  const nx = source.shape[4];
  let written = 0;
  for (const rows of rowGroups(source.shape, factors)) {
    for (let x = 0; x < nx; x += factors[4]) {
      const first = source.data[rows[0]! + x]!;
      const values: Value[] = [];
      let isUniform = true;
      for (const row of rows) {
        for (let dx = 0; dx < factors[4] && x + dx < nx; dx++) {
          const value = source.data[row + x + dx]!;
          values.push(value);
          isUniform &&= value === first;
        }
      }
      output[written++] = isUniform ? first : reduce(values);
    }
  }
}

function modeOf(values: readonly Value[]): Value {
  let [best, most] = [values[0]!, 0];
  for (const value of values) {
    const count = values.reduce<number>((sum, other) => sum + Number(other === value), 0);
    if (count > most || (count === most && value < best)) [best, most] = [value, count];
  }
  return best;
}

/** Rounded, halves up; BigInt division cuts towards zero. */
function meanOfBigInts(values: readonly Value[]): bigint {
  const doubled = 2n * values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n) + BigInt(values.length);
  const divisor = 2n * BigInt(values.length);
  const quotient = doubled / divisor;
  return doubled % divisor < 0n ? quotient - 1n : quotient;
}

/** For every row of the result, where in the source the rows begin that it is made of. */
function* rowGroups(shape: Shape5, factors: Shape5): Generator<number[]> {
  const [nt, nc, nz, ny, nx] = shape;
  const [, , fz, fy] = factors;
  const plane = elementCount([ny, nx]);
  for (let image = 0; image < nt * nc; image++) {
    for (let z = 0; z < nz; z += fz) {
      for (let y = 0; y < ny; y += fy) {
        const rows: number[] = [];
        for (let dz = 0; dz < fz && z + dz < nz; dz++) {
          for (let dy = 0; dy < fy && y + dy < ny; dy++) rows.push((image * nz + z + dz) * plane + (y + dy) * nx);
        }
        yield rows;
      }
    }
  }
}
