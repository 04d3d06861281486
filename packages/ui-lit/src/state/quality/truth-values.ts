import {
  throwIfAborted,
  type ImageSource,
  type LabelClass,
  type Roi,
  type RunOptions,
  type TruthMeaning,
} from '@brushwood/core';

/** Values of a truth image with their number of voxels, ascending. */
export type TruthValues = readonly (readonly [value: number, voxels: number])[];

/** What the values of a truth image stand for, as it can be chosen: each value a class, or objects that are numbered. */
export type TruthMapping =
  | { readonly kind: 'values'; readonly classOf: ReadonlyMap<number, number | undefined> }
  | { readonly kind: 'objects'; readonly foreground: number; readonly background: number };

/** More values than this number objects. */
const mostValues = 24;

/** Voxels that are read at a time. */
const partVoxels = 2 ** 22;

/**
 * Counts the values of an image, slab by slab. It stops at the second value beyond what could be classes: then every value is an
 * object of its own.
 */
export async function countTruthValues(
  source: ImageSource,
  { signal, onProgress }: RunOptions = {},
): Promise<TruthValues> {
  const [nt, nc, nz, ny, nx] = source.info.shape;
  const rows = Math.max(1, Math.floor(partVoxels / nx));
  const counts = new Map<number, number>();
  const total = nt * nz * ny;
  for (let t = 0; t < nt; t++) {
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y += rows) {
        throwIfAborted(signal);
        const roi: Roi = { start: [t, 0, z, y, 0], stop: [t + 1, nc, z + 1, Math.min(ny, y + rows), nx] };
        const { data } = await source.read(roi, { signal });
        for (let i = 0; i < data.length; i++) {
          const value = Number(data[i]);
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        onProgress?.({ phase: 'Reading the truth', done: (t * nz + z) * ny + y, total, unit: 'rows' });
        if (counts.size > mostValues + 1) return sorted(counts);
      }
    }
  }
  return sorted(counts);
}

function sorted(counts: ReadonlyMap<number, number>): TruthValues {
  return [...counts].sort(([a], [b]) => a - b);
}

/**
 * What values most likely stand for. Labels as this program writes them: 1 for the first class, 0 is not compared. Two values in a
 * project of two classes: the smaller one is the first class. Many values: numbered objects of the last class on the first.
 */
export function guessMapping(values: TruthValues, classCount: number): TruthMapping {
  const found = values.map(([value]) => value);
  if (found.length > mostValues) return { kind: 'objects', background: 0, foreground: classCount - 1 };
  const isMask = found.length === 2 && classCount === 2 && String(found) !== '1,2';
  const classOf = new Map(
    found.map((value, i) => [value, isMask ? i : value >= 1 && value <= classCount ? value - 1 : undefined]),
  );
  return { kind: 'values', classOf };
}

/** Does a mapping say of any value what it stands for? */
export function isUseful(mapping: TruthMapping): boolean {
  return mapping.kind === 'objects' || [...mapping.classOf.values()].some((classIndex) => classIndex !== undefined);
}

export function meaningOf(mapping: TruthMapping): TruthMeaning {
  if (mapping.kind === 'objects') {
    return { kind: 'instances', foreground: mapping.foreground, background: mapping.background };
  }
  const labels = new Map([...mapping.classOf].map(([value, classIndex]) => [value, (classIndex ?? -1) + 1]));
  return { kind: 'map', labels };
}

/** A mapping is about the classes there were when it was chosen. */
export function fitsClasses(mapping: TruthMapping, classes: readonly LabelClass[]): boolean {
  const named = mapping.kind === 'objects' ? [mapping.foreground, mapping.background] : [...mapping.classOf.values()];
  return named.every((classIndex) => classIndex === undefined || classIndex < classes.length);
}
