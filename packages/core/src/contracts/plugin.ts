import type { Classifier } from './classifier.ts';
import type { FilterEngine } from './filter-engine.ts';
import type { PixelFilter } from './pixel-filter.ts';
import type { ProjectStore } from './project-store.ts';
import type { StorageFormat } from './storage-format.ts';
import type { SuggestionMethod } from './suggestion-method.ts';
import type { AnyTaskHandler } from './worker-pool.ts';
import type { Workflow } from './workflow.ts';

/** A plain object that lists what a package brings. Importing it has no effect; `createContainer` registers it. */
export interface Plugin {
  /** The package's name, for messages. */
  readonly name: string;
  readonly formats?: readonly StorageFormat[];
  readonly filters?: readonly PixelFilter[];
  readonly filterEngines?: readonly FilterEngine[];
  readonly classifiers?: readonly Classifier[];
  readonly projectStores?: readonly ProjectStore[];
  readonly workflows?: readonly Workflow[];
  readonly suggestionMethods?: readonly SuggestionMethod[];
  /** Handlers of tasks that run in workers; the worker entry imports the same plugins. */
  readonly tasks?: readonly AnyTaskHandler[];
}

/** Everything that is registered, list by list, in the order of the plugins. */
export interface Catalog {
  readonly formats: readonly StorageFormat[];
  readonly filters: readonly PixelFilter[];
  readonly filterEngines: readonly FilterEngine[];
  readonly classifiers: readonly Classifier[];
  readonly projectStores: readonly ProjectStore[];
  readonly workflows: readonly Workflow[];
  readonly suggestionMethods: readonly SuggestionMethod[];
  readonly tasks: readonly AnyTaskHandler[];
}
