import type { OptionValues, StoredModel, TrainingReport } from '../contracts/classifier.ts';
import type { NumberArray } from '../grid/dtype.ts';
import type { FeatureSelection } from './feature-selection.ts';
import type { Lane } from './lane.ts';
import type { Normalization } from './normalization.ts';
import type { ResultSteps } from './result-steps.ts';

/** Red, green, blue, 0–255. */
export type Color = readonly [number, number, number];

export interface LabelClass {
  readonly name: string;
  /** Of the brush. */
  readonly color: Color;
  /** Of probability and segmentation layers. */
  readonly probabilityColor: Color;
}

export interface ClassifierState {
  readonly classifierId: string;
  readonly options: OptionValues;
  readonly seed: number;
  /** Absent until trained, and after every change of labels, features, classes or images. */
  readonly model?: StoredModel;
  readonly report?: TrainingReport;
}

/** Export settings as ilastik's project keeps them (spec §C.7). All optional. */
export interface ExportSettings {
  readonly filenameFormat?: string;
  readonly internalPath?: string;
  readonly outputFormat?: string;
  readonly axisOrder?: string;
  readonly dtype?: string;
  readonly inputRange?: readonly [number, number];
  readonly exportRange?: readonly [number, number];
  readonly regionStart?: readonly (number | null)[];
  readonly regionStop?: readonly (number | null)[];
}

/** A group or dataset of a project file that this program does not know, kept as it was. */
export type CarriedNode =
  | { readonly kind: 'group'; readonly path: string; readonly attributes: CarriedAttributes }
  | {
      readonly kind: 'dataset';
      readonly path: string;
      readonly shape: readonly number[];
      readonly data: NumberArray | BigInt64Array | BigUint64Array | readonly string[];
      readonly attributes: CarriedAttributes;
    };
export type CarriedAttributes = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

/** Everything a project is. Plain data and never changed in place: editing operations return a new one. */
export interface Project {
  /** `Pixel Classification`. */
  readonly workflowId: string;
  readonly lanes: readonly Lane[];
  readonly classes: readonly LabelClass[];
  readonly features: FeatureSelection;
  /** Absent: intensities as they are. */
  readonly normalization?: Normalization;
  readonly classifier: ClassifierState;
  readonly exportSettings: ExportSettings;
  /** What the app does to results unless told otherwise. */
  readonly resultSteps?: ResultSteps;
  readonly carried: readonly CarriedNode[];
  /** The file it was read from, where embedded images still are. */
  readonly origin?: string;
  /** Set if parts could not be read: such a project is never written over its file. */
  readonly isIncomplete?: boolean;
}

/** The project without its model: whatever it was trained on is no longer so. */
export function dropModel(project: Project): Project {
  const { classifierId, options, seed } = project.classifier;
  return { ...project, classifier: { classifierId, options, seed } };
}
