import type { TaskHandler } from '../contracts/worker-pool.ts';
import { findById } from '../find-by-id.ts';
import { trainModelTask, type TrainModelInput, type TrainModelOutput } from './train-model.task.ts';

export const trainModelHandler: TaskHandler<TrainModelInput, TrainModelOutput> = {
  task: trainModelTask,
  async run({ classifierId, samples, options, seed }, { catalog, signal, reportProgress }) {
    const classifier = findById(catalog.classifiers, classifierId, 'classifier');
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
      reportProgress(done, total);
    const model = await classifier.train(samples, { options, seed, signal, onProgress });
    return { stored: model.save(), ...(model.report ? { report: model.report } : {}) };
  },
};
