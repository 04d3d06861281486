/** Names and texts of ilastik's project file, as its versions write them (spec §C). */
export const inputData = 'Input Data';
export const featureSelections = 'FeatureSelections';
export const pixelClassification = 'PixelClassification';
export const predictionExport = 'Prediction Export';
/** Ours; ilastik carries unknown root groups along. */
export const brushwoodGroup = 'Brushwood';

export const rawDataRole = 'Raw Data';
export const predictionMaskRole = 'Prediction Mask';

export const workflowName = 'Pixel Classification';
/** It decides how ilastik reads the axes of label blocks: from 1.4.0 on, the working order. */
export const writtenVersion = '1.4.1';

/** Rows of the feature matrix of a new project. */
export const defaultFilterIds: readonly string[] = [
  'GaussianSmoothing',
  'LaplacianOfGaussian',
  'GaussianGradientMagnitude',
  'DifferenceOfGaussians',
  'StructureTensorEigenvalues',
  'HessianOfGaussianEigenvalues',
];

export const localData = `${inputData}/local_data`;
export const labelSets = `${pixelClassification}/LabelSets`;
export const classifierForests = `${pixelClassification}/ClassifierForests`;
export const classifierFactory = `${pixelClassification}/ClassifierFactory`;
export const featureNames = `${classifierForests}/feature_names`;

/** The class of ilastik's default classifier, as it appears in its texts. */
export const parallelForestClass = 'ParallelVigraRfLazyflowClassifier';
export const pickledType = `clazyflow.classifiers.parallelVigraRfLazyflowClassifier\n${parallelForestClass}\np0\n.`;

/** ilastik's description of its default classifier. It looks for patterns in it; older versions unpickle it. */
export function factoryText(treeCount: number, forestCount: number): string {
  const lines = [
    'ccopy_reg',
    '_reconstructor',
    'p0',
    '(clazyflow.classifiers.parallelVigraRfLazyflowClassifier',
    `${parallelForestClass}Factory`,
    'p1',
    'c__builtin__',
    'object',
    'p2',
    'Ntp3',
    'Rp4',
    '(dp5',
    'VVERSION',
    'p6',
    'I2',
    'sV_num_trees',
    'p7',
    `I${treeCount}`,
    'sV_label_proportion',
    'p8',
    'NsV_variable_importance_path',
    'p9',
    'NsV_variable_importance_enabled',
    'p10',
    'I00',
    'sV_kwargs',
    'p11',
    '(dp12',
    'sV_num_forests',
    'p13',
    `I${forestCount}`,
    'sb.',
  ];
  return lines.join('\n');
}
