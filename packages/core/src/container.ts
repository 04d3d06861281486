// tsyringe refuses to load without a Reflect polyfill; no decorator is used, so this much is enough.
import './reflect-metadata.ts';
import { container as rootContainer, instanceCachingFactory, type InjectionToken } from 'tsyringe';
import type { BlockExecutor } from './contracts/block-executor.ts';
import type { Catalog, Plugin } from './contracts/plugin.ts';
import type { WorkerPool } from './contracts/worker-pool.ts';
import { BrushwoodError } from './errors.ts';
import { corePlugin } from './plugin.ts';

/** A typed key under which the container holds something. */
export type Token<T> = InjectionToken<T>;
export function createToken<T>(name: string): Token<T> {
  return Symbol(name);
}

export const catalogToken = createToken<Catalog>('Catalog');
export const workerPoolToken = createToken<WorkerPool>('WorkerPool');
export const blockExecutorToken = createToken<BlockExecutor>('BlockExecutor');

/** The composition root of an app or script resolves what it needs here and passes that on. */
export interface Container {
  /** Everything the plugins bring. */
  readonly catalog: Catalog;
  /** Registers a service that is made on first use. A later registration of one token replaces the earlier. */
  register<T>(token: Token<T>, factory: (container: Container) => T): void;
  /** @throws 'not-registered' */
  resolve<T>(token: Token<T>): T;
}

/** The lists of plugins whose members have ids, as they are told to people. */
export const pluginKinds = [
  'formats',
  'filters',
  'filterEngines',
  'classifiers',
  'projectStores',
  'workflows',
  'suggestionMethods',
] as const;

/**
 * Registers the lists of the plugins, after core's own.
 * @throws 'duplicate-plugin' if two bring one id; names both
 */
export function createContainer(plugins: readonly Plugin[]): Container {
  const all = [corePlugin, ...plugins];
  checkUniqueIds(all);
  const injector = rootContainer.createChildContainer();
  const container: Container = {
    get catalog() {
      return injector.resolve(catalogToken);
    },
    register(token, factory) {
      injector.register(token, { useFactory: instanceCachingFactory(() => factory(container)) });
    },
    resolve(token) {
      if (!injector.isRegistered(token)) {
        throw new BrushwoodError(
          'not-registered',
          `Nothing is registered for ${String(token)}. Register it in the composition root.`,
        );
      }
      return injector.resolve(token);
    },
  };
  container.register(catalogToken, () => catalogOf(all));
  return container;
}

function catalogOf(plugins: readonly Plugin[]): Catalog {
  return {
    formats: plugins.flatMap((plugin) => plugin.formats ?? []),
    filters: plugins.flatMap((plugin) => plugin.filters ?? []),
    filterEngines: plugins.flatMap((plugin) => plugin.filterEngines ?? []),
    classifiers: plugins.flatMap((plugin) => plugin.classifiers ?? []),
    projectStores: plugins.flatMap((plugin) => plugin.projectStores ?? []),
    workflows: plugins.flatMap((plugin) => plugin.workflows ?? []),
    suggestionMethods: plugins.flatMap((plugin) => plugin.suggestionMethods ?? []),
    tasks: plugins.flatMap((plugin) => plugin.tasks ?? []),
  };
}

function checkUniqueIds(plugins: readonly Plugin[]): void {
  const owners = new Map<string, string>();
  const claim = (kind: string, id: string, owner: string) => {
    const other = owners.get(`${kind} ${id}`);
    if (other !== undefined) {
      throw new BrushwoodError(
        'duplicate-plugin',
        `Both ${other} and ${owner} bring ${kind} with the id "${id}". Use one of them.`,
        {
          id,
          plugins: [other, owner],
        },
      );
    }
    owners.set(`${kind} ${id}`, owner);
  };
  for (const plugin of plugins) {
    for (const kind of pluginKinds) for (const item of plugin[kind] ?? []) claim(kind, item.id, plugin.name);
    for (const handler of plugin.tasks ?? []) claim('tasks', handler.task.id, plugin.name);
  }
}
