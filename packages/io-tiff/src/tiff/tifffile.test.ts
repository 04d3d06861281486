import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { afterAll, describe, expect, it } from 'vitest';
import { patternTensor } from '../testing/pattern.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { tiff } from './format.ts';

/** A Python that has tifffile, or undefined. */
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import tifffile']).status === 0);

const folder = await temporaryFolder();

/** What tifffile finds: axes, shape and dtype of the first series, whether all values follow the pattern, and tags. */
const script = `
import json, sys, traceback, numpy, tifffile
def describe(path):
    with tifffile.TiffFile(path) as file:
        series, page = file.series[0], file.pages[0]
        array = series.asarray()
        i = numpy.arange(array.size, dtype=numpy.uint64)
        expected = ((31 * i * i + 7 * i) % 251).astype(array.dtype).reshape(array.shape)
        imagej = file.imagej_metadata or {}
        luts = imagej.pop("LUTs", [])
        ome = tifffile.xml2dict(file.ome_metadata)["OME"]["Image"] if file.is_ome else {}
        resolution = page.tags.get("XResolution")
        return {
            "kind": series.kind, "axes": series.axes, "shape": array.shape, "dtype": str(array.dtype), "count": len(file.series),
            "values": bool((array == expected).all()), "imagej": imagej, "ome": ome, "big": file.is_bigtiff,
            "resolution": resolution and resolution.value[0] / resolution.value[1], "samples": page.samplesperpixel,
            "extra": [int(x) for x in page.extrasamples], "photometric": int(page.photometric),
            "luts": [numpy.asarray(lut)[:, [0, 1, 2, 255]].tolist() for lut in (luts if isinstance(luts, list) else [luts])],
        }
for line in sys.stdin:
    try:
        print(json.dumps(describe(line.rstrip("\\n"))), flush=True)
    except Exception:
        print(json.dumps({"error": traceback.format_exc()}), flush=True)
`;

/** One Python answers for all files: to start it takes longer than to read them. */
function startTifffile(path: string) {
  const child = spawn(path, ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  afterAll(() => child.stdin.end());
  return async (file: string): Promise<Record<string, unknown>> => {
    child.stdin.write(`${file}\n`);
    const { value } = (await answers.next()) as { value?: string };
    return JSON.parse(value ?? '{"error":"Python ended"}') as Record<string, unknown>;
  };
}
const describeFile = python ? startTifffile(python) : undefined;

/** Writes the pattern in file order with the given axes and asks tifffile. */
async function seenByTifffile(name: string, fileAxes: string, spec: ImageSpec, flavour?: string) {
  const path = folder.file(`${name}.tif`);
  const sizes = [...fileAxes].map((axis) => spec.shape['tczyx'.indexOf(axis)]!);
  const sink = await tiff.create!({ path }, spec, { layout: flavour === undefined ? {} : { flavour } });
  await sink.write(wholeRoi(spec.shape), patternTensor(fileAxes, sizes, { dtype: spec.dtype, modulus: 251 }));
  await sink.close();
  return describeFile!(path);
}

const all: Shape5 = [2, 3, 4, 7, 9];
const micrometers = { unit: 'micrometer', x: 0.25, y: 0.25, z: 1.5, t: 0.5, timeUnit: 'second' };

describe.skipIf(!python)('what tifffile reads of our files (needs a Python with tifffile)', () => {
  it.each([
    ['uint8', 'tzcyx'],
    ['uint16', 'tzcyx'],
    ['float32', 'tzcyx'],
  ] as const)('a %s volume %s is an ImageJ hyperstack with its sizes', async (dtype, axes) => {
    const spec: ImageSpec = { axes, shape: all, dtype, content: 'intensity', voxelSize: micrometers };
    expect(await seenByTifffile(`imagej-${dtype}`, axes, spec)).toMatchObject({
      kind: 'imagej',
      axes: 'TZCYX',
      shape: [2, 4, 3, 7, 9],
      dtype,
      values: true,
      imagej: {
        images: 24,
        channels: 3,
        slices: 4,
        frames: 2,
        hyperstack: true,
        unit: 'micron',
        spacing: 1.5,
        finterval: 0.5,
      },
      resolution: 4,
      count: 1,
    });
  });

  it('2-D probabilities of two classes are interleaved', async () => {
    const spec: ImageSpec = { axes: 'yxc', shape: [1, 2, 1, 7, 9], dtype: 'float32', content: 'probabilities' };
    expect(await seenByTifffile('yxc', 'yxc', spec)).toMatchObject({
      axes: 'YXC',
      shape: [7, 9, 2],
      dtype: 'float32',
      values: true,
      samples: 2,
      extra: [0],
      photometric: 1,
    });
  });

  it('probabilities of a volume keep the axes asked for', async () => {
    const shape: Shape5 = [1, 2, 4, 7, 9];
    const spec: ImageSpec = { axes: 'zyxc', shape, dtype: 'float32', content: 'probabilities', voxelSize: micrometers };
    expect(await seenByTifffile('zyxc', 'zyxc', spec)).toMatchObject({
      axes: 'ZYXC',
      shape: [4, 7, 9, 2],
      values: true,
    });
  });

  it.each(['tczyx', 'czyx', 'ctyx', 'xyz', 'zyx'])('other orders of pages (%s) are stated', async (axes) => {
    const shape = [...'tczyx'].map((axis, i) => (axes.includes(axis) ? all[i]! : 1)) as unknown as Shape5;
    const found = await seenByTifffile(`order-${axes}`, axes, { axes, shape, dtype: 'int32', content: 'intensity' });
    expect(found).toMatchObject({ axes: axes.toUpperCase(), values: true });
  });

  it('RGB is RGB', async () => {
    const spec: ImageSpec = { axes: 'yxc', shape: [1, 3, 1, 7, 9], dtype: 'uint8', content: 'intensity' };
    expect(await seenByTifffile('rgb', 'yxc', spec)).toMatchObject({
      axes: 'YXS',
      values: true,
      photometric: 2,
      extra: [],
    });
  });

  it('label colours are a colour table whose entry is the label', async () => {
    const colors = [
      [255, 225, 25],
      [0, 130, 200],
    ] as const;
    // The range of the classes must not stretch the table: class 1 would be shown with the colour of 127.
    const displayRange = [0, 2] as const;
    const spec: ImageSpec = {
      axes: 'yx',
      shape: [1, 1, 1, 7, 9],
      dtype: 'uint8',
      content: 'labels',
      colors,
      displayRange,
    };
    const found = await seenByTifffile('labels', 'yx', spec);
    expect(found['luts']).toEqual([
      [
        [0, 255, 0, 0],
        [0, 225, 130, 0],
        [0, 25, 200, 0],
      ],
    ]);
    expect(found).toMatchObject({ values: true, imagej: { min: 0, max: 255 } });
  });

  it('channel colours are ramps', async () => {
    const colors = [
      [255, 0, 0],
      [0, 255, 0],
    ] as const;
    const spec: ImageSpec = { axes: 'cyx', shape: [1, 2, 1, 7, 9], dtype: 'uint16', content: 'intensity', colors };
    const found = await seenByTifffile('channels', 'cyx', spec);
    expect(found['luts']).toEqual([
      [
        [0, 1, 2, 255],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [0, 0, 0, 0],
        [0, 1, 2, 255],
        [0, 0, 0, 0],
      ],
    ]);
  });

  it('OME-TIFF has sizes, units, names and colours; its planes run t, z, c', async () => {
    const colors = [
      [255, 0, 0],
      [0, 255, 0],
      [17, 34, 51],
    ] as const;
    const channelNames = ['a', 'b & <c>', 'd'];
    const spec: ImageSpec = {
      axes: 'zyxct',
      shape: all,
      dtype: 'float32',
      content: 'probabilities',
      voxelSize: micrometers,
      channelNames,
      colors,
    };
    const found = await seenByTifffile('ome', 'tzcyx', spec, 'ome');
    expect(found).toMatchObject({
      kind: 'ome',
      axes: 'TZCYX',
      shape: [2, 4, 3, 7, 9],
      dtype: 'float32',
      values: true,
      count: 1,
    });
    const sizes = { SizeX: 9, SizeY: 7, SizeZ: 4, SizeC: 3, SizeT: 2, DimensionOrder: 'XYCZT', Type: 'float' };
    const physical = {
      PhysicalSizeX: 0.25,
      PhysicalSizeY: 0.25,
      PhysicalSizeZ: 1.5,
      PhysicalSizeZUnit: 'µm',
      TimeIncrement: 0.5,
    };
    const argb = colors.map(([r, g, b]) => (r << 24) | (g << 16) | (b << 8) | 255);
    expect(found['ome']).toMatchObject({
      Name: 'ome',
      Pixels: {
        ...sizes,
        ...physical,
        Channel: channelNames.map((Name, i) => ({ Name, Color: argb[i], SamplesPerPixel: 1 })),
      },
    });
  });

  it.each(['int16', 'uint32', 'float64'] as const)('OME-TIFF holds %s', async (dtype) => {
    const spec: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 7, 9], dtype, content: 'intensity' };
    const found = await seenByTifffile(`ome-${dtype}`, 'yx', spec, 'ome');
    expect(found).toMatchObject({ kind: 'ome', axes: 'YX', dtype, values: true });
  });

  it('the flavour for ImageJ makes planes of interleaved channels, each shown over its full range', async () => {
    const spec: ImageSpec = { axes: 'zyxc', shape: [1, 2, 4, 7, 9], dtype: 'uint16', content: 'probabilities' };
    const found = await seenByTifffile('imagej-probabilities', 'zcyx', spec, 'imagej');
    const imagej = { channels: 2, slices: 4, min: 0, max: 65535, Ranges: [0, 65535, 0, 65535] };
    expect(found).toMatchObject({ kind: 'imagej', axes: 'ZCYX', values: true, imagej });
  });

  it('the flavour for ImageJ keeps 8-bit colours together', async () => {
    const spec: ImageSpec = { axes: 'zyxc', shape: [1, 3, 4, 7, 9], dtype: 'uint8', content: 'intensity' };
    const found = await seenByTifffile('imagej-rgb', 'zyxc', spec, 'imagej');
    expect(found).toMatchObject({ kind: 'imagej', axes: 'ZYXS', values: true, photometric: 2 });
  });
});
