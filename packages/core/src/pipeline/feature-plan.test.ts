import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Shape5 } from '../grid/axes.ts';
import { defaultSigmas, emptySelection, selectAllFeatures } from '../project/feature-selection.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { allOf } from '../test-doubles/projects.ts';
import { checkImageSize, planFeatures } from './feature-plan.ts';

/** ilastik's filters as far as names and order go (table of spec §A.1). */
const rows: [string, string, number, boolean][] = [
  ['GaussianSmoothing', 'Gaussian Smoothing', 0.3, false],
  ['LaplacianOfGaussian', 'Laplacian of Gaussian', 0.7, false],
  ['GaussianGradientMagnitude', 'Gaussian Gradient Magnitude', 0.7, false],
  ['DifferenceOfGaussians', 'Difference of Gaussians', 0.7, false],
  ['StructureTensorEigenvalues', 'Structure Tensor Eigenvalues', 0.7, true],
  ['HessianOfGaussianEigenvalues', 'Hessian of Gaussian Eigenvalues', 0.7, true],
];
const ilastikFilters = rows.map(([id, displayName, minimumSigma, hasEigenvalues]): PixelFilter => {
  const planes = (rank: number) => (hasEigenvalues ? ['0', '1', '2'].slice(0, rank) : ['0']);
  return { ...fakeFilters[0]!, id, displayName, minimumSigma, planes };
});

describe('planFeatures', () => {
  const [smoothing, gradient, tensor] = fakeFilters.map((filter) => filter.id) as [string, string, string];

  it('orders filter by filter, sigma by sigma, channel by channel, plane by plane', () => {
    const selection = {
      filterIds: [tensor, smoothing],
      sigmas: [0.7, 1, 10],
      selected: [
        [false, true, false],
        [true, false, true],
      ],
      computeIn2d: [false, false, true],
    };
    const plan = planFeatures(selection, fakeFilters, { channelCount: 2, isFlat: false });
    expect(plan.names).toEqual([
      'Tensor (σ=1.0) [0]',
      'Tensor (σ=1.0) [1]',
      'Tensor (σ=1.0) [2]',
      'Tensor (σ=1.0) [3]',
      'Tensor (σ=1.0) [4]',
      'Tensor (σ=1.0) [5]',
      'Smoothing (σ=0.7) [0]',
      'Smoothing (σ=0.7) [1]',
      'Smoothing (σ=10.0) in 2D [0]',
      'Smoothing (σ=10.0) in 2D [1]',
    ]);
    expect(plan.featureCount).toBe(10);
    const places = plan.groups.flatMap(({ sigma, rank, channel, cells }) =>
      cells.map(({ filter, plane, planeCount }) => [filter.id, sigma, rank, channel, plane, planeCount]),
    );
    expect(places.sort((a, b) => Number(a[4]) - Number(b[4]))).toEqual([
      [tensor, 1, 3, 0, 0, 3],
      [tensor, 1, 3, 1, 3, 3],
      [smoothing, 0.7, 3, 0, 6, 1],
      [smoothing, 0.7, 3, 1, 7, 1],
      [smoothing, 10, 2, 0, 8, 1],
      [smoothing, 10, 2, 1, 9, 1],
    ]);
  });

  it('numbers nothing where a filter gives one plane of one channel', () => {
    const plan = planFeatures(allOf([smoothing], [0.3], true), fakeFilters, { channelCount: 1, isFlat: true });
    expect(plan.names).toEqual(['Smoothing (σ=0.3) in 2D']);
  });

  it('lets the filters of one sigma and channel share their input', () => {
    const plan = planFeatures(allOf([smoothing, gradient, tensor], [0.7, 1.6]), fakeFilters, {
      channelCount: 2,
      isFlat: false,
    });
    expect(plan.groups).toHaveLength(4);
    for (const group of plan.groups) {
      expect(group.cells.map(({ filter }) => filter.id)).toEqual([smoothing, gradient, tensor]);
      expect(group.innerHalo, 'the largest reach of stage two').toBe(3);
    }
  });

  it('needs the largest halo of all: 38 voxels at σ = 10, none along z for slices (spec §A.9)', () => {
    const sigmas = [0.3, 10];
    const halo = (selection: ReturnType<typeof allOf>, isFlat: boolean) =>
      planFeatures(selection, fakeFilters, { channelCount: 1, isFlat }).halo;
    expect(halo(allOf([smoothing, tensor], sigmas), false)).toEqual([38, 38, 38]);
    expect(halo(allOf([smoothing, tensor], sigmas, true), false)).toEqual([0, 38, 38]);
    expect(halo(allOf([smoothing, tensor], sigmas), true)).toEqual([0, 38, 38]);
    const mixed = { ...allOf([tensor], [1, 10]), computeIn2d: [false, true] };
    expect(halo(mixed, false), '4 + 3 along z for σ = 1').toEqual([7, 38, 38]);
  });

  it('refuses an empty selection, an unknown filter and a sigma that is no positive number', async () => {
    const options = { channelCount: 1, isFlat: true };
    const none = emptySelection(fakeFilters, true);
    expect(await caught(() => planFeatures(none, fakeFilters, options))).toMatchObject({
      code: 'no-features',
      message: expect.stringContaining('brushwood features PROJECT --all'),
    });
    const unknown = await caught(() => planFeatures(allOf(['moss'], [1]), fakeFilters, options));
    expect(unknown.code).toBe('not-registered');
    expect(unknown.message).toContain('Known: smoothing, gradient, tensor');
    for (const sigma of [0, -1, Number.NaN, Infinity]) {
      const error = await caught(() => planFeatures(allOf([smoothing], [sigma]), fakeFilters, options));
      expect(error.code).toBe('invalid-parameter');
    }
  });

  it('ignores rows of unknown filters that are not ticked', () => {
    const selection = { ...allOf([smoothing, 'moss'], [1]), selected: [[true], [false]] };
    expect(planFeatures(selection, fakeFilters, { channelCount: 1, isFlat: true }).featureCount).toBe(1);
  });

  it("counts ilastik's 49 channels in 2-D and 61 in 3-D for all 37 features (spec §A.1)", () => {
    const all = selectAllFeatures(emptySelection(ilastikFilters, false), ilastikFilters);
    expect(all.selected.flat().filter(Boolean)).toHaveLength(37);
    expect(planFeatures(all, ilastikFilters, { channelCount: 1, isFlat: true }).featureCount).toBe(49);
    expect(planFeatures(all, ilastikFilters, { channelCount: 1, isFlat: false }).featureCount).toBe(61);
    expect(planFeatures(all, ilastikFilters, { channelCount: 3, isFlat: true }).featureCount).toBe(147);
  });
});

const reference = process.env['BRUSHWOOD_REFERENCE'];
describe.skipIf(!reference)("ilastik's own channel names (needs BRUSHWOOD_REFERENCE)", () => {
  interface Listing {
    readonly compute_in_2d: boolean;
    readonly channels: readonly { readonly name: string }[];
  }
  const stacks: [string, number, boolean][] = [
    ['gray2d', 1, true],
    ['rgb2d', 3, true],
    ['time2d', 1, true],
    ['vol3d', 2, false],
    ['vol3d_in2d', 1, false],
  ];
  for (const [name, channelCount, isFlat] of stacks) {
    it(`are ours, in the same order, for ${name}`, () => {
      const listing = JSON.parse(readFileSync(join(reference!, 'features', `${name}.json`), 'utf8')) as Listing;
      const selection = selectAllFeatures(emptySelection(ilastikFilters, listing.compute_in_2d), ilastikFilters);
      const plan = planFeatures(selection, ilastikFilters, { channelCount, isFlat });
      expect(plan.names).toEqual(listing.channels.map((channel) => channel.name));
    });
  }
});

describe('checkImageSize (spec §A.8)', () => {
  const needed: Readonly<Record<number, number>> = { 0.3: 3, 0.7: 4, 1: 5, 1.6: 7, 3.5: 14, 5: 19, 10: 36 };
  const [{ id }] = fakeFilters as [PixelFilter];

  for (const sigma of defaultSigmas) {
    it(`wants ${needed[sigma]} voxels along every filtered axis at σ = ${sigma}`, async () => {
      const n = needed[sigma]!;
      const check = (shape: Shape5, computeIn2d: boolean) => {
        const selection = allOf([id], [sigma], computeIn2d);
        const plan = planFeatures(selection, fakeFilters, { channelCount: 1, isFlat: shape[2] === 1 });
        checkImageSize(plan, shape, 'cells.tif');
      };
      check([1, 1, 1, n, n], false);
      check([1, 1, n, n, n], false);
      check([1, 1, 2, n, n], true);
      expect((await caught(() => check([1, 1, 1, n - 1, n], false))).details).toMatchObject({ axis: 'y', needed: n });
      expect((await caught(() => check([1, 1, 1, n, n - 1], false))).details).toMatchObject({ axis: 'x', size: n - 1 });
      const thin = await caught(() => check([1, 1, n - 1, n, n], false));
      expect(thin.code).toBe('image-too-small');
      expect(thin.message).toMatch(/^cells\.tif has .* along z.*--2d/);
    });
  }
});
