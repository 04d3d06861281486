import { defaultSigmas, type FeatureSelection } from '@brushwood/core';
import { brokenFile } from '../hdf5-file.ts';
import { defaultFilterIds, featureSelections } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

/**
 * The feature matrix, rows in the stored order. Without a matrix nothing is selected.
 * @param isFlat are the images 2-D? Decides where `ComputeIn2d` is absent (spec §A.7)
 */
export function readFeatures(reader: ProjectReader, isFlat: boolean): FeatureSelection {
  const group = featureSelections;
  if (!reader.file.has(`${group}/StorageVersion`)) {
    if (reader.file.has(group)) reader.warn(`"${group}" has no StorageVersion and is ignored; no feature is selected.`);
    return nothingSelected(isFlat);
  }
  if (reader.file.has(`${group}/FeatureListFilename`)) {
    reader.warn('Features from external files are not supported; that part of the project is left out.');
  }
  const filterIds = reader.texts(`${group}/FeatureIds`);
  const sigmas = reader.numbers(`${group}/Scales`);
  if (!filterIds || !sigmas) return nothingSelected(isFlat);
  const cells = reader.numbers(`${group}/SelectionMatrix`);
  if (cells && cells.length !== filterIds.length * sigmas.length) {
    throw brokenFile(
      `"${group}/SelectionMatrix" has ${cells.length} cells for ${filterIds.length} features and ${sigmas.length} sigmas`,
      reader.file.location,
    );
  }
  const in2d = reader.numbers(`${group}/ComputeIn2d`);
  return {
    filterIds,
    sigmas,
    selected: filterIds.map((_, row) => sigmas.map((_, column) => cells?.[row * sigmas.length + column] === 1)),
    computeIn2d: in2d?.length === sigmas.length ? in2d.map((value) => value !== 0) : sigmas.map(() => isFlat),
  };
}

function nothingSelected(isFlat: boolean): FeatureSelection {
  return {
    filterIds: defaultFilterIds,
    sigmas: defaultSigmas,
    selected: defaultFilterIds.map(() => defaultSigmas.map(() => false)),
    computeIn2d: defaultSigmas.map(() => isFlat),
  };
}
