import type { SuggestionMethod } from '../contracts/suggestion-method.ts';
import { GrowingSet, setScore } from './grow-set.ts';
import { numberOf, penaltyParameter } from './method-parameters.ts';

/**
 * Sequential forward selection: tries every feature with those that were taken, takes the best, and goes on until the score has not
 * improved for more than three additions; the best set met is chosen. Slow: each step trains on every feature that is left.
 *
 * Source: Whitney, "A Direct Method of Nonparametric Measurement Selection", 1971; Kohavi & John, "Wrappers for Feature Subset
 * Selection", 1997. Stop rule and penalty: spec §B.7.
 */
export const wrapperMethod: SuggestionMethod = {
  id: 'wrapper',
  displayName: 'Wrapper Method (slow but good)',
  parameters: [penaltyParameter],
  nameOf: (parameters) => `Wrapper method (penalty ${numberOf(parameters, penaltyParameter)})`,
  async choose({ featureCount: total }, { parameters, score, onProgress }) {
    const penalty = numberOf(parameters, penaltyParameter);
    const growing = new GrowingSet();
    let taken: readonly number[] = [];
    while (taken.length < total) {
      onProgress?.({ phase: 'Trying sets', done: taken.length, total, unit: 'features' });
      const rest = Array.from({ length: total }, (_, column) => column).filter((column) => !taken.includes(column));
      const scores = await score(rest.map((column) => [...taken, column]));
      const most = Math.max(...scores);
      taken = [...taken, rest[scores.indexOf(most)]!];
      if (!growing.add(taken, setScore(most, taken.length, { penalty, total }))) break;
    }
    return growing.best;
  },
};
