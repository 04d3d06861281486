import type { Catalog } from '../contracts/plugin.ts';
import { addClass } from './classes.ts';
import { emptySelection } from './feature-selection.ts';
import type { Project } from './project.ts';

/** The classifier of new projects. */
export const defaultClassifierId = 'random-forest';

/** A pixel classification project without images. ilastik starts with the classes `Label 1` and `Label 2` too. */
export function newProject(
  { filters }: Pick<Catalog, 'filters'>,
  classNames: readonly string[] = ['Label 1', 'Label 2'],
): Project {
  const empty: Project = {
    workflowId: 'Pixel Classification',
    lanes: [],
    classes: [],
    features: emptySelection(filters, true),
    classifier: { classifierId: defaultClassifierId, options: {}, seed: 0 },
    exportSettings: {},
    carried: [],
  };
  return classNames.reduce((project, name) => addClass(project, name), empty);
}
