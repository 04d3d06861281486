import { Hdf5File } from '../hdf5-file.ts';
import { Hdf5Writer, type WrittenValue } from '../hdf5-writer.ts';

export interface Edits {
  /** Paths that are left out, with all below them. */
  readonly drop?: readonly string[];
  /** Attributes left out, as `path@name`. */
  readonly dropAttributes?: readonly string[];
  /** Values that replace those of the source or are new. */
  readonly set?: Readonly<Record<string, WrittenValue>>;
  /** More that is written at the end. */
  readonly add?: (writer: Hdf5Writer) => void;
}

/** Copies an HDF5 file with changes (h5wasm cannot remove anything from one). Opaque values are left out. */
export async function rebuildHdf5(source: string, target: string, edits: Edits = {}): Promise<string> {
  const file = await Hdf5File.open({ path: source });
  const writer = await Hdf5Writer.create(target);
  const isDropped = (path: string) =>
    [...(edits.drop ?? []), ...Object.keys(edits.set ?? {})].some(
      (gone) => path === gone || path.startsWith(`${gone}/`),
    );
  const copyAttributes = (path: string) => {
    for (const name of file.attributeNames(path)) {
      const value = file.attribute(path, name);
      if (value === undefined || name === 'DIMENSION_LABELS' || edits.dropAttributes?.includes(`${path}@${name}`))
        continue;
      const isList = Array.isArray(value) && typeof value[0] === 'number';
      writer.attribute(path, name, isList ? Float64Array.from(value as number[]) : (value as WrittenValue));
    }
  };
  const copy = (group: string) => {
    for (const name of file.children(group || '/')) {
      const path = group ? `${group}/${name}` : name;
      if (isDropped(path)) continue;
      if (file.kind(path) === 'group') {
        writer.group(path);
        copyAttributes(path);
        copy(path);
        continue;
      }
      const { isText, dtype, shape } = file.dataset(path);
      if (!isText && !dtype) continue;
      if (isText) writer.write(path, shape.length === 0 ? file.readTexts(path)[0]! : file.readTexts(path));
      else writer.write(path, file.readNumbers(path), shape);
      copyAttributes(path);
    }
  };
  copy('');
  for (const [path, value] of Object.entries(edits.set ?? {})) writer.write(path, value);
  edits.add?.(writer);
  writer.close();
  await file.close();
  return target;
}
