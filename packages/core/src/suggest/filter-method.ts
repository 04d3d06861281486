import type { SuggestionMethod } from '../contracts/suggestion-method.ts';
import { bestPrefix } from './grow-set.ts';
import { icapOrderTask } from './icap-order.ts';
import { countParameter, nameWithCount, numberOf, penaltyParameter } from './method-parameters.ts';

/** Orders features by what they tell of the class and the features before them do not (ICAP). Quick, and good in most cases. */
export const filterMethod: SuggestionMethod = {
  id: 'filter',
  displayName: 'Filter Method (recommended)',
  parameters: [countParameter, penaltyParameter],
  nameOf: (parameters) => nameWithCount('Filter method', parameters),
  async choose(samples, context) {
    const { pool, parameters, signal, onProgress } = context;
    const wanted = numberOf(parameters, countParameter);
    const count = wanted === 0 ? samples.featureCount : Math.min(wanted, samples.featureCount);
    onProgress?.({ phase: 'Ordering features', done: 0, total: count, unit: 'features' });
    const order = await pool.run(icapOrderTask, { samples, count }, { signal, onProgress });
    return wanted > 0 ? order : bestPrefix(order, numberOf(parameters, penaltyParameter), context);
  },
};
