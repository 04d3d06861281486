import type { ImageSpec } from '../contracts/image-sink.ts';
import type { ImageInfo } from '../contracts/image-source.ts';
import type { Catalog } from '../contracts/plugin.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import { findById } from '../find-by-id.ts';
import { checkRoi, wholeRoi, withAxis, type Roi } from '../grid/roi.ts';
import type { ExportSource } from '../pipeline/export-sources.ts';
import { planFeatures } from '../pipeline/feature-plan.ts';
import { writableFormats } from '../pipeline/output-format.ts';
import { combinedClasses } from '../pipeline/postprocess.ts';
import { describeOutput, type PredictionOutput } from '../pipeline/prediction-outputs.ts';
import type { Project } from '../project/project.ts';
import type { ExportPlan } from './export-plan.ts';
import { plannedRoi } from './planned-roi.ts';
import {
  fillPattern,
  isSequence,
  isSequenceFormat,
  outputName,
  slicePlace,
  type PatternValues,
} from './file-pattern.ts';

/** A file, or the files of a sequence, that a plan makes of one image. */
export interface PlannedFile {
  readonly source: ExportSource;
  readonly format: StorageFormat;
  /** As the pattern says, with the format's ending; `{slice_index}` stands where the files of a sequence have their numbers. */
  readonly path: string;
  /** For `PredictOptions.outputs`: what is left to add is where it goes. */
  readonly output: Omit<PredictionOutput, 'openSink'>;
}

/**
 * The files that a plan makes of one image.
 * @param values what the pattern may refer to; the type of result is filled in here. With the box of a part whose ends are open
 * @throws 'not-registered' for a source or format there is not; 'invalid-parameter' for an unknown placeholder, for several
 * results in one file, and for the place of a number in the name of a single file
 */
export function planFiles(
  project: Pick<Project, 'workflowId'>,
  plan: ExportPlan,
  { catalog, values }: { catalog: Catalog; values: Omit<PatternValues, 'result_type'> },
): readonly PlannedFile[] {
  const { exportSources } = findById(catalog.workflows, project.workflowId, 'workflow');
  const format = findById(writableFormats(catalog.formats), plan.formatId, 'output format');
  const files = plan.outputs.map(({ sourceId, dtype, renormalize, channels }) => {
    const source = findById(exportSources, sourceId, 'source');
    const filled = fillPattern(plan.pattern, { roi: plan.roi, ...values, result_type: source.displayName });
    const path = outputName(filled, format);
    const output = { sourceId, dtype: dtype ?? source.dtype, axes: plan.axes, renormalize, channels };
    return { source, format, path, output };
  });
  checkFiles(files);
  return files;
}

function checkFiles(files: readonly PlannedFile[]): void {
  const seen = new Map<string, ExportSource>();
  for (const { path, source, format } of files) {
    const other = seen.get(path);
    if (other) {
      throw new BrushwoodError(
        'invalid-parameter',
        `${other.displayName} and ${source.displayName} would both be written to "${path}". Put {result_type} into the file name.`,
        { path },
      );
    }
    seen.set(path, source);
    if (isSequence(path) && !isSequenceFormat(format)) {
      throw new BrushwoodError(
        'invalid-parameter',
        `"${path}" names many files, but ${format.displayName} is one. Choose a sequence, or take ${slicePlace} out of the file name.`,
        { path },
      );
    }
  }
}

/** What has to be known of an image, as the project uses it. */
type DescribedInfo = Pick<ImageInfo, 'fileAxes' | 'shape' | 'voxelSize'>;

/**
 * What the planned files of an image will be, without opening or writing anything.
 * @param info of the image as the project uses it (its channels chosen)
 * @throws 'invalid-roi' for a part that leaves the image; 'invalid-parameter' for classes that there are not
 */
export function describeFiles(
  project: Project,
  plan: ExportPlan,
  { catalog, info, files }: { catalog: Catalog; info: DescribedInfo; files: readonly PlannedFile[] },
): readonly ImageSpec[] {
  const { shape } = info;
  const roi: Roi = withAxis(plannedRoi(plan, shape) ?? wholeRoi(shape), 1, 0, 1);
  checkRoi(roi, shape, 'The image');
  const { postprocessing } = plan.steps;
  const classes = postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  const features = planFeatures(project.features, catalog.filters, { channelCount: shape[1], isFlat: shape[2] === 1 });
  const counts = { classCount: classes.length, featureCount: features.featureCount };
  return files.map(({ source, output }) => {
    const channelCount = source.channelCount(counts);
    return describeOutput(classes, { info, roi, output, source, channelCount, featureNames: features.names });
  });
}
