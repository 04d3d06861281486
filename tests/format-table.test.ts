import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plugins } from '@brushwood/cli';
import {
  allocateTensor,
  AxisOrder,
  BlockGrid,
  cropTensor,
  createContainer,
  dtypes,
  findById,
  openImage,
  shape5,
  wholeRoi,
  type CreateImageOptions,
  type Dtype,
  type ImageSpec,
  type Shape5,
  type StorageFormat,
  type Tensor,
} from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What each format holds, and what it refuses: every cell is written box by box, read back by our own reader, and its values are
// compared by Python's readers where there is one (zarr-python of Debian reads version 2 only).

interface Column {
  readonly name: string;
  readonly formatId: string;
  readonly extension: string;
  readonly options?: CreateImageOptions;
  /** How tests/read_images.py reads it. */
  readonly python?: string;
  /** Axes that it holds, and the dtypes; the rest it refuses. */
  readonly holds: (axes: string, dtype: Dtype) => boolean;
  /** The order of axes in the file, where it has one of its own. */
  readonly stored?: (axes: string) => string;
}

const every = () => true;
const isNarrow = (_: string, dtype: Dtype) => dtype !== 'int64' && dtype !== 'uint64';
const isSmallInteger = (dtype: Dtype) => dtype === 'uint8' || dtype === 'uint16';
const ordered = (order: string) => (axes: string) => [...order].filter((axis) => axes.includes(axis)).join('');
const columns: readonly Column[] = [
  { name: 'npy', formatId: 'npy', extension: 'npy', python: 'npy', holds: every },
  { name: 'hdf5', formatId: 'hdf5', extension: 'h5', python: 'hdf5', holds: every },
  { name: 'hdf5, gzip', formatId: 'compressed-hdf5', extension: 'h5', python: 'hdf5', holds: every },
  { name: 'tiff', formatId: 'tiff', extension: 'tif', python: 'tiff', holds: isNarrow },
  {
    name: 'ome-tiff',
    formatId: 'tiff',
    extension: 'ome.tif',
    options: { layout: { flavour: 'ome' } },
    python: 'tiff',
    holds: isNarrow,
    stored: ordered('tzcyx'),
  },
  { name: 'ome-zarr 0.5', formatId: 'ome-zarr', extension: 'zarr', holds: every, stored: ordered('tczyx') },
  {
    name: 'ome-zarr 0.4',
    formatId: 'ome-zarr',
    extension: 'zarr',
    options: { layout: { version: 2 } },
    python: 'zarr2',
    holds: every,
    stored: ordered('tczyx'),
  },
  {
    name: 'png',
    formatId: 'png',
    extension: 'png',
    holds: (axes, dtype) => /^c?yxc?$/.test(axes) && isSmallInteger(dtype),
    stored: ordered('yxc'),
  },
];

const sizes: Readonly<Record<string, number>> = { t: 2, c: 3, z: 4, y: 13, x: 17 };
const someAxes = ['yxc', 'tczyx'];
const allAxes = [...someAxes, 'yx', 'zyx', 'cyx', 'zyxc', 'czyx', 'tyx', 'tzyx', 'tzcyx', 'tzyxc'];
/** Every dtype with some axes, every order of axes with two dtypes. */
const table = [
  ...someAxes.flatMap((axes) => dtypes.map((dtype) => [axes, dtype] as const)),
  ...allAxes.flatMap((axes) => (['uint8', 'float32'] as const).map((dtype) => [axes, dtype] as const)),
].filter(([axes, dtype], i, all) => all.findIndex((other) => other[0] === axes && other[1] === dtype) === i);

interface Cell {
  readonly path: string;
  readonly axes: string;
  readonly dtype: Dtype;
  readonly column: Column;
  /** Undefined for a refused one. */
  readonly tensor: Tensor | undefined;
  readonly error: string | undefined;
}

const { formats } = createContainer(plugins).catalog;
let folder = '';
const cells: Cell[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-formats-'));
  for (const column of columns) {
    for (const [axes, dtype] of table) cells.push(await writeCell(column, axes, dtype));
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function randomImage(axes: string, dtype: Dtype): Tensor {
  const shape: Shape5 = shape5((i) => (axes.includes('tczyx'[i]!) ? sizes['tczyx'[i]!]! : 1));
  const tensor = allocateTensor(dtype, shape);
  const random = seededRandom(axes.length + dtypes.indexOf(dtype));
  const isBig = dtype === 'int64' || dtype === 'uint64';
  const sign = dtype.startsWith('int') || dtype.startsWith('float') ? -1 : 1;
  for (let i = 0; i < tensor.data.length; i++) {
    const value = Math.floor(random() * 250) * (random() < 0.5 ? sign : 1);
    const small = dtype === 'int8' ? value >> 1 : value;
    tensor.data[i] = (isBig ? BigInt(value) * 2n ** 40n : dtype.startsWith('float') ? small / 8 : small) as never;
  }
  return tensor;
}

async function writeCell(column: Column, axes: string, dtype: Dtype): Promise<Cell> {
  const name = `${column.name.replaceAll(/[ ,.]+/g, '-')}_${axes}_${dtype}.${column.extension}`;
  const path = join(folder, name);
  const tensor = randomImage(axes, dtype);
  const spec: ImageSpec = { axes, shape: tensor.shape, dtype, content: 'intensity' };
  const about = { path, axes, dtype, column };
  try {
    const format: StorageFormat = findById(formats, column.formatId, 'format');
    const sink = await format.create!({ path }, spec, column.options);
    // Boxes that are no divisor of anything, unless the sink wants its own.
    const odd = [1, spec.shape[1], 3, 7, 9];
    const box = sink.unitShape ?? shape5((i) => (sink.writeShape[i] > 1 ? sink.writeShape[i] : odd[i]!));
    for (const roi of new BlockGrid(
      wholeRoi(spec.shape),
      shape5((i) => Math.min(box[i], spec.shape[i])),
    )) {
      await sink.write(roi, cropTensor(tensor, roi));
    }
    await sink.close();
    return { ...about, tensor, error: undefined };
  } catch (error) {
    return { ...about, tensor: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import numpy, h5py, tifffile, zarr']).status === 0,
);

describe.each(columns.map((column) => [column.name, column] as const))('%s', (_, column) => {
  const own = () => cells.filter((cell) => cell.column === column);

  it('holds what the table says, and says why it refuses the rest', () => {
    for (const { axes, dtype, error } of own()) {
      const what = `${axes} ${dtype}: ${error}`;
      expect(error === undefined, what).toBe(column.holds(axes, dtype));
      if (error !== undefined) expect(error, what).toMatch(/\w+ .{20,}/);
    }
  });

  it('gives back the same values', async () => {
    for (const { path, axes, tensor } of own()) {
      if (!tensor) continue;
      const fileAxes = (column.stored ?? String)(axes);
      // A .npy names no axes.
      const source = await openImage(formats, { location: { path }, ...(column.formatId === 'npy' ? { axes } : {}) });
      expect(source.info.fileAxes, path).toBe(fileAxes);
      const found = await source.read(wholeRoi(tensor.shape));
      await source.close();
      expect(found, path).toEqual(tensor);
    }
  });

  if (!column.python) return;
  it.skipIf(!python)('is read the same by Python (needs a Python with numpy, h5py, tifffile and zarr)', () => {
    const written = own().filter((cell) => cell.tensor);
    const input = written.map(({ path }) => JSON.stringify({ path, kind: column.python })).join('\n');
    const script = fileURLToPath(new URL('read_images.py', import.meta.url));
    const { stdout, stderr } = spawnSync(python!, ['-W', 'ignore', script], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { sha256?: string; dtype?: string });
    expect(answers, stderr).toHaveLength(written.length);
    for (const [i, { path, axes, dtype, tensor }] of written.entries()) {
      expect(answers[i], path).toMatchObject({ dtype, sha256: hashOf(tensor!, (column.stored ?? String)(axes)) });
    }
  });
});

function hashOf(tensor: Tensor, axes: string): string {
  const { buffer, byteOffset, byteLength } = new AxisOrder(axes).fromCore(tensor.data, tensor.shape);
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
