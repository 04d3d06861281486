import { describeLocation, type ImageLocation } from '../contracts/image-location.ts';
import type { CreateImageOptions, OpenImageOptions, StorageFormat } from '../contracts/storage-format.ts';
import type { ImageSpec } from '../contracts/image-sink.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { AxisOrder, checkAxes } from '../grid/axes.ts';
import { dtypes } from '../grid/dtype.ts';
import { memoryImageSource } from './memory-image.ts';
import type { MemoryStore, StoredImage } from './memory-store.ts';

/** A storage format whose files are the images of a store, by path and dataset. */
export function memoryFormat(store: MemoryStore): StorageFormat {
  const entries = ({ path }: ImageLocation) => [...store.images].filter(([name]) => isPartOf(name, path));
  return {
    id: 'memory',
    displayName: 'Memory',
    extensions: ['.memory'],
    supports: { read: true, write: true, innerPaths: true, writeDtypes: dtypes },
    probe: async (location) => entries(location).length > 0,
    open: async (location, options) => openImage(find(store, location), location, options),
    create: async (location, spec, options) => createImage(store, { location, spec, ...options }),
    list: async (location) =>
      entries(location).map(([name, { spec, tensor }]) => ({
        innerPath: name.slice(location.path.length + 1),
        shape: new AxisOrder(spec.axes).toFileShape(tensor.shape),
        dtype: spec.dtype,
      })),
  };
}

function isPartOf(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}/`);
}

/** The image at a location, or the only dataset of a file. */
function find(store: MemoryStore, location: ImageLocation): StoredImage {
  const name = describeLocation(location);
  const found = store.images.get(name) ?? onlyDataset(store, location);
  if (!found) {
    const known = [...store.images.keys()];
    throw new BrushwoodError(
      'not-found',
      `There is no image "${name}" in memory. There are: ${known.join(', ') || 'none'}.`,
      {
        name,
        known,
      },
    );
  }
  return found;
}

function onlyDataset(store: MemoryStore, { path, innerPath }: ImageLocation): StoredImage | undefined {
  const names = [...store.images.keys()].filter((name) => isPartOf(name, path));
  return innerPath === undefined && names.length === 1 ? store.images.get(names[0]!) : undefined;
}

function openImage(
  { spec, tensor }: StoredImage,
  location: ImageLocation,
  { axes = spec.axes, signal }: OpenImageOptions = {},
) {
  throwIfAborted(signal);
  const fileShape = new AxisOrder(spec.axes).toFileShape(tensor.shape);
  checkAxes(axes, fileShape, describeLocation(location));
  const order = new AxisOrder(axes);
  const data = order.toCore(new AxisOrder(spec.axes).fromCore(tensor.data, tensor.shape), fileShape);
  return memoryImageSource({ data, shape: order.toCoreShape(fileShape) }, { info: { fileAxes: axes } });
}

function createImage(
  store: MemoryStore,
  { location, spec, overwrite, signal }: { location: ImageLocation; spec: ImageSpec } & CreateImageOptions,
) {
  throwIfAborted(signal);
  const name = describeLocation(location);
  if (store.images.has(name) && !overwrite) {
    throw new BrushwoodError(
      'already-exists',
      `There is an image "${name}" in memory already. Overwrite it or choose another name.`,
      {
        name,
      },
    );
  }
  return store.createSink(name, spec);
}
