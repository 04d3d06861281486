export type PredictOptions = object;
export type PredictResult = object;
