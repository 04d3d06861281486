import type { Classifier, OptionValues } from '../contracts/classifier.ts';
import { BrushwoodError } from '../errors.ts';
import { completeOptions } from '../pipeline/train-classifier.ts';
import type { Project } from './project.ts';

/**
 * The project with another classifier, other options or another seed. A model that was trained otherwise goes; the same choice gives
 * the same project.
 * @param options the values that differ from the declared defaults
 * @throws 'invalid-parameter' for an option the classifier does not have, a value out of its range, or a seed that is none
 */
export function chooseClassifier(
  project: Project,
  classifier: Classifier,
  { options = {}, seed = project.classifier.seed }: { readonly options?: OptionValues; readonly seed?: number } = {},
): Project {
  const complete = completeOptions(classifier, options);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new BrushwoodError('invalid-parameter', `The seed is a whole number from 0 to ${2 ** 32 - 1}, got ${seed}.`);
  }
  const before = project.classifier;
  const isKnown = before.classifierId === classifier.id && before.seed === seed;
  if (isKnown && hasOptions(classifier, before.options, complete)) return project;
  const changed = classifier.options.filter((option) => complete[option.key] !== option.default);
  const kept = Object.fromEntries(changed.map(({ key }) => [key, complete[key]!]));
  return { ...project, classifier: { classifierId: classifier.id, options: kept, seed } };
}

/** Stored options that the classifier does not know, as of a newer version, are others. */
function hasOptions(classifier: Classifier, stored: OptionValues, complete: OptionValues): boolean {
  try {
    const before = completeOptions(classifier, stored);
    return Object.keys(before).every((key) => before[key] === complete[key]);
  } catch {
    return false;
  }
}
