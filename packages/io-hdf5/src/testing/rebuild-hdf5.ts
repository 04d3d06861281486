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

/** A group or dataset, as far as it is copied. */
interface CopiedNode {
  readonly path: string;
  /** Absent for a group. */
  readonly value?: WrittenValue;
  readonly shape?: readonly number[];
  readonly attributes: readonly { readonly name: string; readonly value: WrittenValue }[];
}

/** Copies an HDF5 file with changes (h5wasm cannot remove anything from one). Opaque values are left out. */
export async function rebuildHdf5(source: string, target: string, edits: Edits = {}): Promise<string> {
  return writeNodes(await readNodes(source), target, edits);
}

/** Everything in a file that `writeNodes` can write, groups before what is in them. */
export async function readNodes(source: string): Promise<readonly CopiedNode[]> {
  const file = await Hdf5File.open({ path: source });
  const nodes: CopiedNode[] = [];
  const attributesOf = (path: string) =>
    file.attributeNames(path).flatMap((name) => {
      const value = file.attribute(path, name);
      if (value === undefined || name === 'DIMENSION_LABELS') return [];
      const isList = Array.isArray(value) && typeof value[0] === 'number';
      return [{ name, value: isList ? Float64Array.from(value as number[]) : (value as WrittenValue) }];
    });
  const visit = (group: string) => {
    for (const name of file.children(group || '/')) {
      const path = group ? `${group}/${name}` : name;
      if (file.kind(path) === 'group') {
        nodes.push({ path, attributes: attributesOf(path) });
        visit(path);
        continue;
      }
      const { isText, dtype, shape } = file.dataset(path);
      if (!isText && !dtype) continue;
      const attributes = attributesOf(path);
      if (!isText) nodes.push({ path, value: file.readNumbers(path), shape, attributes });
      else
        nodes.push({ path, value: shape.length === 0 ? file.readTexts(path)[0]! : file.readTexts(path), attributes });
    }
  };
  visit('');
  await file.close();
  return nodes;
}

export async function writeNodes(nodes: readonly CopiedNode[], target: string, edits: Edits = {}): Promise<string> {
  const writer = await Hdf5Writer.create(target);
  const gone = [...(edits.drop ?? []), ...Object.keys(edits.set ?? {})];
  for (const { path, value, shape, attributes } of nodes) {
    if (gone.some((dropped) => path === dropped || path.startsWith(`${dropped}/`))) continue;
    if (value === undefined) writer.group(path);
    else writer.write(path, value, shape);
    for (const attribute of attributes) {
      const isDropped = edits.dropAttributes?.includes(`${path}@${attribute.name}`);
      if (!isDropped) writer.attribute(path, attribute.name, attribute.value);
    }
  }
  for (const [path, value] of Object.entries(edits.set ?? {})) writer.write(path, value);
  edits.add?.(writer);
  writer.close();
  return target;
}
