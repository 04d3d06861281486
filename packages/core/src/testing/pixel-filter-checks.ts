import type { CoreBox, FilterEngine, Volume } from '../contracts/filter-engine.ts';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Shape3 } from '../grid/axes.ts';
import { presmoothingRadius } from '../pipeline/gaussian-taps.ts';
import { applyFilter, cutBox, filterInput, padBlock } from './apply-filter.ts';
import { expectSameValues, expectThat, withExpectedFailures, type Check, type CheckKitOptions } from './check.ts';
import { seededRandom } from './random.ts';

export interface PixelFilterOptions extends CheckKitOptions {
  /** Default: core's readable engine. */
  readonly engine?: FilterEngine;
  /** Default: 0.7, 1.6 and 3.5 in 2-D, 0.7 and 1.6 in 3-D. */
  readonly sigmas?: readonly number[];
}

/** One situation of a check: an image on which an interior block with its halo has room. */
interface Case {
  readonly filter: PixelFilter;
  readonly sigma: number;
  readonly rank: 2 | 3;
  readonly image: Volume;
  readonly interior: CoreBox;
  readonly engine?: FilterEngine;
  /** Of the interior block; more than the filter asks for. */
  readonly generousHalo: number;
}

const defaultSigmas = { 2: [0.7, 1.6, 3.5], 3: [0.7, 1.6] } as const;

/**
 * Checks of a `PixelFilter`. They hold for every filter; what a filter computes is for its own tests, which compare it
 * with mathematics or a reference, the ring of voxels along the image's border by itself.
 */
export function pixelFilterChecks(filter: PixelFilter, options: PixelFilterOptions = {}): Check[] {
  const checks = [
    { name: 'id, name, group and smallest sigma are set', run: () => checkNames(filter) },
    { name: 'halo is a whole number of voxels', run: () => checkHalo(filter, options) },
    { name: 'planes have different names', run: () => checkPlaneNames(filter) },
    ...([2, 3] as const).flatMap((rank) => checksOfRank(filter, rank, options)),
    { name: 'in rank 2 every z slice is filtered alone', run: () => checkSlices(filter, options) },
  ];
  return withExpectedFailures(checks, options);
}

function checksOfRank(filter: PixelFilter, rank: 2 | 3, options: PixelFilterOptions): Check[] {
  const check = (name: string, body: (situation: Case) => void): Check => ({
    name: `${rank}-D: ${name}`,
    run: async () => {
      for (const sigma of options.sigmas ?? defaultSigmas[rank]) body(makeCase(filter, rank, sigma, options.engine));
    },
  });
  return [
    check('fills the planes it names and nothing else', checkFilled),
    check('a block inside the image equals the whole image there', (situation) =>
      checkBox(situation, situation.interior, situation.generousHalo),
    ),
    check('halo(sigma) is enough context', (situation) =>
      checkBox(situation, situation.interior, situation.filter.halo(situation.sigma)),
    ),
    check('blocks at the image edges equal the whole image there', checkEdges),
    check('an image shifted by a voxel gives a shifted result', checkShift),
    check('a constant image gives the same finite value everywhere', checkConstant),
    check('the image is left untouched', checkUntouched),
    check('volumes shared with other filters are left untouched', checkShared),
    check('working memory is written before it is read', checkPoisoned),
    check('the same input gives the same result again', checkRepeated),
  ];
}

function makeCase(filter: PixelFilter, rank: 2 | 3, sigma: number, engine: FilterEngine | undefined): Case {
  const generousHalo = Math.max(filter.halo(sigma), presmoothingRadius(sigma)) + 3;
  const size = 2 * generousHalo + 5;
  const shape: Shape3 = rank === 3 ? [size, size + 1, size + 2] : [1, size, size + 2];
  const start = generousHalo + 1;
  const interior: CoreBox =
    rank === 3 ? { start: [start, start, start], shape: [2, 3, 4] } : { start: [0, start, start], shape: [1, 3, 5] };
  return { filter, sigma, rank, engine, generousHalo, interior, image: randomImage(shape, 7) };
}

/** Values as of an 8-bit image, so that faults are far above rounding. */
function randomImage(shape: Shape3, seed: number): Volume {
  const random = seededRandom(seed);
  return {
    data: Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () => Math.floor(random() * 256)),
    shape,
  };
}

async function checkNames({ id, displayName, group, minimumSigma }: PixelFilter): Promise<void> {
  expectThat(id !== '' && id.trim() === id, `The id is "${id}"; it is stored in project files and must not be blank.`);
  expectThat(displayName.trim() !== '', 'The displayName is blank.');
  expectThat(group.trim() !== '', 'The group is blank.');
  const isPositive = Number.isFinite(minimumSigma) && minimumSigma > 0;
  expectThat(isPositive, `minimumSigma is ${minimumSigma}, expected a positive number.`);
}

async function checkHalo(filter: PixelFilter, { sigmas = [] }: PixelFilterOptions): Promise<void> {
  for (const sigma of [0.1, 0.3, 0.7, 1, 1.6, 3.5, 5, 10, 20, ...sigmas]) {
    const halo = filter.halo(sigma);
    expectThat(Number.isInteger(halo) && halo >= 0, `halo(${sigma}) is ${halo}, expected whole voxels.`);
  }
}

async function checkPlaneNames(filter: PixelFilter): Promise<void> {
  for (const rank of [2, 3] as const) {
    const names = filter.planes(rank);
    expectThat(names.length > 0, `planes(${rank}) is empty.`);
    expectThat(new Set(names).size === names.length, `planes(${rank}) repeats a name: ${names.join(', ')}.`);
  }
}

function checkFilled({ filter, sigma, rank, image, engine }: Case): void {
  const guard = 32;
  const length = filter.planes(rank).length * image.data.length;
  const buffer = new Float32Array(length + 2 * guard).fill(NaN);
  const block = padBlock(image.data, image.shape, filter.halo(sigma), { rank });
  filter.apply(filterInput(block, sigma, { engine }), sigma, buffer.subarray(guard, guard + length));
  const missing = buffer.subarray(guard, guard + length).findIndex((value) => !Number.isFinite(value));
  expectThat(missing < 0, `Value ${missing} of ${length} (${rank}-D, sigma ${sigma}) is ${buffer[guard + missing]}.`);
  const isClean = [...buffer.subarray(0, guard), ...buffer.subarray(guard + length)].every(Number.isNaN);
  expectThat(isClean, `Values outside of the ${length} of out were written (${rank}-D, sigma ${sigma}).`);
}

function checkBox({ filter, sigma, rank, image, engine }: Case, core: CoreBox, halo: number): void {
  const whole = applyFilter(filter, image, sigma, { rank, engine });
  const found = applyFilter(filter, image, sigma, { rank, engine, core, halo });
  const expected = cutPlanes(whole, image.shape, core);
  expectSameValues(found, expected, `The block of shape (${core.shape}) at (${core.start}), ${rank}-D, sigma ${sigma}`);
}

/** Boxes along both ends of every filtered axis and in two opposite corners. */
function checkEdges(situation: Case): void {
  const { shape } = situation.image;
  const thin: Shape3 = [Math.min(3, shape[0]), 3, 3];
  const end = map3((i) => shape[i] - thin[i]);
  const boxes: CoreBox[] = [
    { start: [0, 0, 0], shape: thin },
    { start: end, shape: thin },
  ];
  for (let axis = situation.rank === 3 ? 0 : 1; axis < 3; axis++) {
    const slab = map3((i) => (i === axis ? thin[i] : shape[i]));
    boxes.push({ start: [0, 0, 0], shape: slab }, { start: map3((i) => (i === axis ? end[i] : 0)), shape: slab });
  }
  for (const box of boxes) checkBox(situation, box, situation.generousHalo);
}

/** Two crops of one picture, a voxel apart on every filtered axis, must agree where both see the same context. */
function checkShift({ filter, sigma, rank, image, interior, engine }: Case): void {
  const offset = map3((i) => (i === 0 && rank === 2 ? 0 : 1));
  const shape = map3((i) => image.shape[i] - offset[i]);
  const shifted = cutBox(image, { start: offset, shape });
  const moved: CoreBox = { start: map3((i) => interior.start[i] - offset[i]), shape: interior.shape };
  const expected = cutPlanes(applyFilter(filter, image, sigma, { rank, engine }), image.shape, interior);
  const found = cutPlanes(applyFilter(filter, shifted, sigma, { rank, engine }), shape, moved);
  expectSameValues(found, expected, `The result of the shifted image, ${rank}-D, sigma ${sigma}`);
}

function checkConstant({ filter, sigma, rank, image, engine }: Case): void {
  const constant = { data: image.data.map(() => 100), shape: image.shape };
  const out = applyFilter(filter, constant, sigma, { rank, engine });
  const voxels = image.data.length;
  for (let plane = 0; plane * voxels < out.length; plane++) {
    const values = out.subarray(plane * voxels, (plane + 1) * voxels);
    const what = `Plane ${plane} of a constant image, ${rank}-D, sigma ${sigma}`;
    expectThat(Number.isFinite(values[0]), `${what}, begins with ${values[0]}.`);
    const other = values.find((value) => !(Math.abs(value - values[0]!) <= 1e-3));
    expectThat(other === undefined, `${what}, is ${values[0]} at one voxel and ${other} at another.`);
  }
}

function checkUntouched({ filter, sigma, rank, image, engine }: Case): void {
  const block = padBlock(image.data, image.shape, filter.halo(sigma), { rank });
  filter.apply(filterInput(block, sigma, { engine }), sigma, outFor(filter, rank, image));
  expectSameValues(block.channels[0]!.data, image.data, `The image after apply, ${rank}-D, sigma ${sigma}`);
}

function checkShared({ filter, sigma, rank, image, engine }: Case): void {
  const block = padBlock(image.data, image.shape, filter.halo(sigma), { rank });
  const input = filterInput(block, sigma, { engine });
  const orders: readonly Shape3[] = [
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [0, 0, 2],
    [0, 2, 0],
    [0, 1, 1],
  ];
  const inner = Math.min(sigma, 1);
  const read = () => [
    input.presmoothed(),
    ...[inner, inner / 2].flatMap((s) => orders.map((o) => input.derivative(o, s))),
  ];
  const before = read().map(({ data }) => data.slice());
  filter.apply(input, sigma, outFor(filter, rank, image));
  read().forEach(({ data }, i) => expectSameValues(data, before[i]!, `Shared volume ${i}, ${rank}-D, sigma ${sigma}`));
}

function checkPoisoned({ filter, sigma, rank, image, engine }: Case): void {
  const expected = applyFilter(filter, image, sigma, { rank, engine });
  const found = applyFilter(filter, image, sigma, { rank, engine, isPoisoned: true });
  expectSameValues(found, expected, `The result in memory full of NaN, ${rank}-D, sigma ${sigma}`);
}

function checkRepeated({ filter, sigma, rank, image, engine }: Case): void {
  const input = filterInput(padBlock(image.data, image.shape, filter.halo(sigma), { rank }), sigma, { engine });
  const [first, second] = [outFor(filter, rank, image), outFor(filter, rank, image)];
  filter.apply(input, sigma, first);
  filter.apply(input, sigma, second);
  expectSameValues(second, first, `The second result, ${rank}-D, sigma ${sigma}`);
}

async function checkSlices(
  filter: PixelFilter,
  { engine, sigmas = defaultSigmas[2] }: PixelFilterOptions,
): Promise<void> {
  const sigma = sigmas[0]!;
  const volume = randomImage([3, 17, 19], 8);
  const together = applyFilter(filter, volume, sigma, { rank: 2, engine });
  for (let z = 0; z < 3; z++) {
    const box: CoreBox = { start: [z, 0, 0], shape: [1, 17, 19] };
    const alone = applyFilter(filter, cutBox(volume, box), sigma, { rank: 2, engine });
    expectSameValues(cutPlanes(together, volume.shape, box), alone, `Slice ${z} of a volume at sigma ${sigma}`);
  }
}

function outFor(filter: PixelFilter, rank: 2 | 3, image: Volume): Float32Array {
  return new Float32Array(filter.planes(rank).length * image.data.length);
}

/** The box of every plane. */
function cutPlanes(planes: Float32Array, shape: Shape3, box: CoreBox): Float32Array {
  const voxels = shape[0] * shape[1] * shape[2];
  const parts: number[] = [];
  for (let at = 0; at < planes.length; at += voxels) {
    parts.push(...cutBox({ data: planes.subarray(at, at + voxels), shape }, box).data);
  }
  return Float32Array.from(parts);
}

function map3<T>(value: (i: 0 | 1 | 2) => T): readonly [T, T, T] {
  return [value(0), value(1), value(2)];
}
