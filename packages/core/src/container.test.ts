import { describe, expect, it } from 'vitest';
import type { Plugin } from './contracts/plugin.ts';
import { blockExecutorToken, createContainer, createToken, workerPoolToken } from './container.ts';
import { pipelineServices, registerWorkers } from './pipeline/services.ts';
import { caught } from './test-doubles/caught.ts';
import { fakeFilters } from './test-doubles/filters.ts';
import { doubleHandler } from './test-doubles/tasks.ts';
import { createInlinePool } from './workers/inline-pool.ts';

const [smoothing, gradient] = fakeFilters;
const plugin = (name: string, parts: Omit<Plugin, 'name'>): Plugin => ({ name, ...parts });

describe('createContainer', () => {
  it("lists what the plugins bring, in their order, after core's own", () => {
    const { catalog } = createContainer([
      plugin('a', { filters: [gradient!] }),
      plugin('b', { filters: [smoothing!], tasks: [doubleHandler] }),
    ]);
    expect(catalog.filters.map(({ id }) => id)).toEqual(['gradient', 'smoothing']);
    expect(catalog.filterEngines.map(({ id }) => id)).toEqual(['plain']);
    expect(catalog.workflows.map(({ id }) => id)).toEqual(['Pixel Classification']);
    expect(catalog.suggestionMethods.map(({ id }) => id)).toEqual(['gini', 'filter', 'wrapper']);
    const tasks = catalog.tasks.map(({ task }) => task.id);
    expect(tasks.filter((id) => !id.startsWith('core/'))).toEqual(['test/double']);
    expect(tasks.at(-1)).toBe('test/double');
    expect(tasks).toContain('core/predict-block');
    expect(catalog.formats).toEqual([]);
  });

  it('refuses two plugins with one id and names both', async () => {
    const twice = [plugin('moss', { filters: [smoothing!] }), plugin('fern', { filters: [smoothing!] })];
    const error = await caught(() => createContainer(twice));
    expect(error.code).toBe('duplicate-plugin');
    expect(error.message).toMatch(/Both moss and fern bring filters with the id "smoothing"/);
    expect(error.details).toEqual({ id: 'smoothing', plugins: ['moss', 'fern'] });
  });

  it('refuses two handlers of one task, and an id of core', async () => {
    const tasks = [plugin('moss', { tasks: [doubleHandler] }), plugin('fern', { tasks: [doubleHandler] })];
    expect((await caught(() => createContainer(tasks))).message).toMatch(/tasks with the id "test\/double"/);
    const { catalog } = createContainer([]);
    const again = plugin('fern', { filterEngines: catalog.filterEngines });
    expect((await caught(() => createContainer([again]))).message).toMatch(/@brushwood\/core and fern/);
  });

  it('accepts one id for things of two kinds', () => {
    const classifier = { id: 'smoothing' } as never;
    const { catalog } = createContainer([plugin('a', { filters: [smoothing!], classifiers: [classifier] })]);
    expect([catalog.filters.length, catalog.classifiers.length]).toEqual([1, 1]);
  });

  it('makes a service once, on first use', () => {
    const token = createToken<{ made: number }>('Counter');
    const container = createContainer([]);
    let made = 0;
    container.register(token, () => ({ made: ++made }));
    expect(made).toBe(0);
    expect(container.resolve(token)).toBe(container.resolve(token));
    expect(made).toBe(1);
  });

  it('gives a factory the container, and lets a later registration replace an earlier', () => {
    const [name, greeting] = [createToken<string>('Name'), createToken<string>('Greeting')];
    const container = createContainer([]);
    container.register(name, () => 'moss');
    container.register(greeting, (inner) => `hello ${inner.resolve(name)}`);
    container.register(name, () => 'fern');
    expect(container.resolve(greeting)).toBe('hello fern');
  });

  it('says which token nobody registered', async () => {
    const error = await caught(() => createContainer([]).resolve(createToken('Weather')));
    expect(error.code).toBe('not-registered');
    expect(error.message).toContain('Symbol(Weather)');
  });

  it('shares nothing with another container', async () => {
    const token = createToken<string>('Name');
    const [a, b] = [createContainer([plugin('a', { filters: [smoothing!] })]), createContainer([])];
    a.register(token, () => 'moss');
    expect((await caught(() => b.resolve(token))).code).toBe('not-registered');
    expect(b.catalog.filters).toEqual([]);
    b.register(token, () => 'fern');
    expect([a.resolve(token), b.resolve(token)]).toEqual(['moss', 'fern']);
  });
});

describe('registerWorkers', () => {
  it('gives a pool, an executor as wide as the pool, and the catalog', () => {
    const container = createContainer([]);
    registerWorkers(container, ({ catalog }) => createInlinePool(catalog, { size: 3 }));
    const services = pipelineServices(container);
    expect(services.catalog).toBe(container.catalog);
    expect(services.pool).toBe(container.resolve(workerPoolToken));
    expect(services.executor).toBe(container.resolve(blockExecutorToken));
    expect([services.pool.size, services.executor.concurrency]).toEqual([3, 3]);
  });

  it('works on the calling thread if no pool is named', async () => {
    const container = createContainer([plugin('a', { tasks: [doubleHandler] })]);
    registerWorkers(container);
    const { pool } = pipelineServices(container);
    expect(pool.size).toBe(1);
    expect(await pool.run(doubleHandler.task, 21)).toBe(42);
  });
});
