import {
  coreAxes,
  defaultFileName,
  exportPresets,
  findById,
  plannedRoi,
  type Catalog,
  type Dtype,
  type ExportPlan,
  type PlannedOutput,
  type PlannedPart,
  type ResultSteps,
  type Roi,
  type Shape5,
} from '@brushwood/core';

/** Numbers as a person types them: both ends of two ranges. */
export interface Scaling {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** First and last + 1 along an axis; undefined = from the beginning, to the end. */
export type CutSpan = readonly [start: number | undefined, stop: number | undefined];
export type CutAxis = 't' | 'z' | 'y' | 'x';

/** What is chosen about exports: of the project's images and of a batch. Plain data. */
export interface ExportForm {
  readonly preset: keyof typeof exportPresets | 'custom';
  readonly sourceIds: readonly string[];
  readonly formatId: string;
  readonly flavour?: string;
  /** Of values that run over a range, as probabilities do; undefined = as computed. */
  readonly dtype?: Dtype;
  /** Of the same; undefined = over the whole range of an integer type. */
  readonly scaling?: Scaling;
  /** Undefined = as the image has them. */
  readonly axes?: string;
  readonly pattern: string;
  readonly cut: Readonly<Partial<Record<CutAxis, CutSpan>>>;
  /** Numbers of the classes to write, from 0 and after combining; undefined = all. */
  readonly classes?: readonly number[];
}

export const initialForm: ExportForm = {
  ...presetFields('fiji'),
  sourceIds: ['segmentation'],
  pattern: defaultFileName,
  cut: {},
};

/** What a preset sets; `custom` leaves everything as it is. */
export function presetFields(
  preset: keyof typeof exportPresets,
): Pick<ExportForm, 'preset' | 'formatId' | 'dtype' | 'axes' | 'flavour' | 'scaling'> {
  const { format, dtype, axes, flavour } = exportPresets[preset];
  return { preset, formatId: format, dtype, axes, flavour, scaling: undefined };
}

/** Another format has no flavours of the one before. */
export function formatFields(formatId: string): Pick<ExportForm, 'preset' | 'formatId' | 'flavour'> {
  return { preset: 'custom', formatId, flavour: undefined };
}

export interface FormContext {
  readonly catalog: Catalog;
  readonly workflowId: string;
  readonly steps: ResultSteps;
  /** After combining. */
  readonly classCount: number;
}

/** The classes of a form that there still are; undefined for all. */
export function chosenClasses(
  { classes }: Pick<ExportForm, 'classes'>,
  classCount: number,
): readonly number[] | undefined {
  const left = classes?.filter((index) => index < classCount) ?? [];
  return left.length === 0 || left.length === classCount ? undefined : left;
}

/** The plan that a form means. What is chosen of types and classes goes to the kinds of results it is about. */
export function planOfForm(form: ExportForm, { catalog, workflowId, steps, classCount }: FormContext): ExportPlan {
  const { exportSources } = findById(catalog.workflows, workflowId, 'workflow');
  const channels = chosenClasses(form, classCount);
  const outputs = exportSources
    .filter(({ id }) => form.sourceIds.includes(id))
    .map(
      ({ id, range, content }): PlannedOutput => ({
        sourceId: id,
        ...(range ? { dtype: form.dtype, renormalize: form.scaling } : {}),
        ...(content === 'probabilities' && channels ? { channels } : {}),
      }),
    );
  const { formatId, axes, pattern, flavour } = form;
  const layout = flavour === undefined ? undefined : { flavour };
  return { outputs, formatId, axes, pattern, layout, steps, part: partOfCut(form.cut) };
}

/** A cut-out with its open ends, for images of any size; undefined for the whole. */
export function partOfCut(cut: ExportForm['cut']): PlannedPart | undefined {
  const spans = Object.entries(cut).filter(([, [start, stop]]) => start !== undefined || stop !== undefined);
  if (spans.length === 0) return undefined;
  return Object.fromEntries(spans.map(([axis, [start, stop]]) => [axis, { start, stop }]));
}

/** The part of one image; undefined for the whole. It may leave the image: that is checked where it is used. */
export function cutRoi(cut: ExportForm['cut'], shape: Shape5): Roi | undefined {
  return plannedRoi({ part: partOfCut(cut) }, shape);
}

/** Axes along which an image has more than one voxel, and y and x. */
export function cutAxes(shape: Shape5): readonly CutAxis[] {
  return (['t', 'z', 'y', 'x'] as const).filter((axis) => 'yx'.includes(axis) || shape[coreAxes.indexOf(axis)]! > 1);
}
