import type { Catalog, Plugin } from '../contracts/plugin.ts';
import { defineTask, type AnyTaskHandler, type Task, type TaskHandler } from '../contracts/worker-pool.ts';

/** A handler made of a function. */
export function handlerOf<Input, Output>(
  task: Task<Input, Output>,
  run: TaskHandler<Input, Output>['run'],
): TaskHandler<Input, Output> {
  return { task, run };
}

/** A catalog of nothing but the parts of this plugin. */
export function catalogOf(parts: Omit<Plugin, 'name'>): Catalog {
  const none = { formats: [], filters: [], filterEngines: [], classifiers: [], projectStores: [], workflows: [] };
  return { ...none, suggestionMethods: [], tasks: [] as readonly AnyTaskHandler[], ...parts };
}

/** Doubles a number. */
export const doubleTask = defineTask<number, number>('test/double');
export const doubleHandler = handlerOf(doubleTask, (value) => 2 * value);

/** Work that finishes when the test says so. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}
export function createGate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
