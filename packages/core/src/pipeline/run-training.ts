export type TrainOptions = object;
export type TrainResult = object;
