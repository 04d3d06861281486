import type { SuggestionMethod } from '../contracts/suggestion-method.ts';
import { BrushwoodError } from '../errors.ts';
import { giniImportance } from './gini-importance.ts';
import { bestPrefix } from './grow-set.ts';
import { countParameter, nameWithCount, numberOf, penaltyParameter } from './method-parameters.ts';

/**
 * The features a forest gains most from. Quick and dirty: of features that resemble each other it takes all. They are ordered
 * from the most important down, also where prefixes are tried; ilastik tries them from the least important up (spec §B.7).
 */
export const giniMethod: SuggestionMethod = {
  id: 'gini',
  displayName: 'Gini Importance (quick & dirty)',
  parameters: [countParameter, penaltyParameter],
  nameOf: (parameters) => nameWithCount('Gini importance', parameters),
  async choose(samples, context) {
    const { parameters } = context;
    const { layout, ...stored } = (await context.train(samples)).save();
    if (!('forests' in stored)) {
      throw new BrushwoodError(
        'unsupported',
        `Gini importance is read from the trees of a forest, but the default classifier stores "${layout}". Use another method.`,
      );
    }
    const order = byImportance(giniImportance(stored.forests));
    const wanted = numberOf(parameters, countParameter);
    return wanted > 0 ? order.slice(0, wanted) : bestPrefix(order, numberOf(parameters, penaltyParameter), context);
  },
};

/** Column numbers, the most important first; of equal ones the first column. */
export function byImportance(importance: ArrayLike<number>): number[] {
  return Array.from(importance, (_, column) => column).sort((a, b) => importance[b]! - importance[a]! || a - b);
}
