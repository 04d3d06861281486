import { classPalette, newClass, type Color, type LabelClass } from '@brushwood/core';
import { pixelClassification } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

/**
 * Names and colours. Where they are absent they are made up, as many as the largest label needs.
 * @param largestLabel over all lanes
 */
export function readClasses(reader: ProjectReader, largestLabel: number): LabelClass[] {
  const names = isEmpty(reader, 'LabelNames') ? [] : (reader.texts(`${pixelClassification}/LabelNames`) ?? []);
  const colors = readColors(reader, 'LabelColors');
  const probabilityColors = readColors(reader, 'PmapColors');
  const classes: LabelClass[] = [];
  for (let i = 0; i < Math.max(names.length, largestLabel); i++) {
    const made = newClass(names[i] ?? `Label ${i + 1}`, classes);
    const color = colors[i] ?? classPalette[i] ?? made.color;
    classes.push({ name: made.name, color, probabilityColor: probabilityColors[i] ?? color });
  }
  if (names.length < largestLabel) {
    reader.warn(
      `The project names ${names.length} class(es), but labels go up to ${largestLabel}; the missing names were made up.`,
    );
  }
  return classes;
}

function readColors(reader: ProjectReader, name: string): Color[] {
  if (isEmpty(reader, name)) return [];
  const values = reader.numbers(`${pixelClassification}/${name}`) ?? [];
  const byte = (value: number | undefined) => Math.min(255, Math.max(0, Math.round(value ?? 0)));
  return Array.from({ length: Math.floor(values.length / 3) }, (_, i) => [
    byte(values[3 * i]),
    byte(values[3 * i + 1]),
    byte(values[3 * i + 2]),
  ]);
}

/** Empty lists are stored as one meaningless number with this mark. */
function isEmpty(reader: ProjectReader, name: string): boolean {
  const path = `${pixelClassification}/${name}`;
  return reader.file.kind(path) !== 'dataset' || reader.file.attribute(path, 'isEmpty') === 1;
}
