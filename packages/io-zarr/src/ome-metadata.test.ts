import { describe, expect, it } from 'vitest';
import { axesOfArray, displayOf, multiscaleOf, voxelSizeOf } from './ome-metadata.ts';

const space = (name: string, unit?: string) => ({ name, type: 'space', unit });
const scale = (...sizes: number[]) => [{ type: 'scale', scale: sizes }];

function voxelSize(axes: object[], sizes: number[], common?: number[]) {
  const attributes = {
    multiscales: [
      {
        axes,
        datasets: [{ path: '0', coordinateTransformations: scale(...sizes) }],
        ...(common ? { coordinateTransformations: scale(...common) } : {}),
      },
    ],
  };
  const multiscale = multiscaleOf(attributes, 'a.zarr')!;
  return voxelSizeOf(multiscale, multiscale.levels[0]!, multiscale.axes!);
}

describe('multiscaleOf', () => {
  const datasets = [
    { path: '0', coordinateTransformations: scale(1, 0.5, 0.5) },
    {
      path: '1',
      coordinateTransformations: [...scale(1, 1, 1), { type: 'translation', translation: [0, 0.25, 0.25] }],
    },
  ];
  const axes = [{ name: 'c', type: 'channel' }, space('y', 'micrometer'), space('x', 'micrometer')];
  const expected = {
    axes: 'cyx',
    units: [undefined, 'micrometer', 'micrometer'],
    levels: [
      { path: '0', scale: [1, 0.5, 0.5] },
      { path: '1', scale: [1, 1, 1], translation: [0, 0.25, 0.25] },
    ],
  };

  it('reads version 0.4', () => {
    expect(multiscaleOf({ multiscales: [{ version: '0.4', axes, datasets }] }, 'a.zarr')).toEqual(expected);
  });
  it('reads version 0.5', () => {
    expect(multiscaleOf({ ome: { version: '0.5', multiscales: [{ axes, datasets }] } }, 'a.zarr')).toEqual(expected);
  });
  it('reads the letters of version 0.3', () => {
    const multiscales = [{ version: '0.3', axes: ['z', 'y', 'x'], datasets: [{ path: 's0' }] }];
    expect(multiscaleOf({ multiscales }, 'a.zarr')).toMatchObject({ axes: 'zyx', levels: [{ path: 's0' }] });
  });
  it('takes tczyx where versions 0.1 and 0.2 name no axes', () => {
    expect(multiscaleOf({ multiscales: [{ datasets: [{ path: '0' }] }] }, 'a.zarr')).toMatchObject({ axes: 'tczyx' });
  });
  it('knows axes by type and in capitals', () => {
    const named = [{ name: 'fluo', type: 'channel' }, { name: 'Y' }, { name: 'X' }];
    expect(multiscaleOf({ multiscales: [{ axes: named, datasets }] }, 'a.zarr')?.axes).toBe('cyx');
    const unknown = [{ name: 'wavelength' }, { name: 'y' }, { name: 'x' }];
    expect(multiscaleOf({ multiscales: [{ axes: unknown, datasets }] }, 'a.zarr')?.axes).toBeUndefined();
  });
  it('is undefined without multiscales and refuses an empty one', () => {
    expect(multiscaleOf({ other: 1 }, 'a.zarr')).toBeUndefined();
    expect(() => multiscaleOf({ multiscales: [{ axes }] }, 'a.zarr')).toThrowError(
      expect.objectContaining({ code: 'broken-file' }),
    );
  });
});

describe('voxelSizeOf', () => {
  it('multiplies the scale of the level and of the whole', () => {
    const axes = [space('z', 'micrometer'), space('y', 'micrometer'), space('x', 'micrometer')];
    expect(voxelSize(axes, [2, 1, 1], [0.5, 0.25, 0.25])).toEqual({ unit: 'micrometer', z: 1, y: 0.25, x: 0.25 });
  });
  it('reads abbreviations, and converts an axis in another unit', () => {
    const found = voxelSize([space('z', 'nm'), space('y', 'µm'), space('x', 'micrometre')], [500, 0.25, 0.25]);
    expect(found).toMatchObject({ unit: 'micrometer', y: 0.25, x: 0.25 });
    expect(found?.z).toBeCloseTo(0.5, 12);
  });
  it('keeps time apart', () => {
    const axes = [{ name: 't', type: 'time', unit: 'second' }, space('y', 'micrometer'), space('x', 'micrometer')];
    expect(voxelSize(axes, [30, 1, 1])).toEqual({ unit: 'micrometer', y: 1, x: 1, t: 30, timeUnit: 'second' });
  });
  it('tells where the image lies, if that is not the origin', () => {
    const axes = [{ name: 't', type: 'time', unit: 'second' }, space('y', 'micrometer'), space('x', 'nanometer')];
    const multiscale = multiscaleOf(
      {
        multiscales: [
          {
            axes,
            coordinateTransformations: [...scale(1, 2, 2), { type: 'translation', translation: [5, 0, 100] }],
            datasets: [
              {
                path: '0',
                coordinateTransformations: [...scale(30, 0.25, 250), { type: 'translation', translation: [1, 3, 400] }],
              },
            ],
          },
        ],
      },
      'a.zarr',
    )!;
    const found = voxelSizeOf(multiscale, multiscale.levels[0]!, 'tyx');
    // x: 400 nm · 2 + 100 nm; its unit is that of the whole.
    expect(found).toMatchObject({ unit: 'nanometer', x: 500, t: 30, origin: { x: 900, t: 6 } });
    expect(found!.origin!.y).toBeCloseTo(6000, 9); // 3 µm · 2
  });
  it('says nothing where the file says nothing', () => {
    expect(voxelSize([space('y'), space('x')], [1, 1])).toBeUndefined();
    expect(voxelSize([space('y'), space('x')], [2, 2])).toEqual({ unit: 'pixel', y: 2, x: 2 });
  });
});

describe('displayOf', () => {
  it('reads channel names and the range that covers all windows', () => {
    const channels = [
      { label: 'DAPI', window: { start: 100, end: 900, min: 0, max: 65535 } },
      { label: 'GFP', window: { start: 50, end: 700 } },
      {},
    ];
    expect(displayOf({ omero: { channels } })).toEqual({
      channelNames: ['DAPI', 'GFP', 'Channel 3'],
      displayRange: [50, 900],
    });
    expect(displayOf({})).toEqual({});
  });
});

describe('axesOfArray', () => {
  it("reads ilastik's axistags, dimension names and xarray's dimensions", () => {
    const axistags = JSON.stringify({ axes: [{ key: 'z' }, { key: 'y' }, { key: 'x' }, { key: 'c' }] });
    expect(axesOfArray({ axistags }, undefined)).toBe('zyxc');
    expect(axesOfArray({}, ['Y', 'X'])).toBe('yx');
    expect(axesOfArray({ _ARRAY_DIMENSIONS: ['t', 'y', 'x'] }, undefined)).toBe('tyx');
  });
  it('is undefined where they are missing or unknown', () => {
    expect(axesOfArray({}, undefined)).toBeUndefined();
    expect(axesOfArray({ axistags: 'not JSON' }, undefined)).toBeUndefined();
    expect(axesOfArray({}, [null, null])).toBeUndefined();
    expect(axesOfArray({}, ['lat', 'lon'])).toBeUndefined();
  });
});
