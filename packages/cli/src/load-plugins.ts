import { BrushwoodError, messageOf, type Plugin } from '@brushwood/core';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of a plugin named on the command line: a file, or a package that the current folder can see. */
export function pluginAddress(name: string): string {
  if (existsSync(name)) return pathToFileURL(resolve(name)).href;
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'package.json')).resolve(name)).href;
  } catch (cause) {
    throw new BrushwoodError(
      'invalid-parameter',
      `There is no plugin "${name}": neither a file of that name nor a package installed here. Check the path, or npm install it.`,
      { name },
      { cause },
    );
  }
}

/**
 * Imports plugins by address. Every export that is a plugin object (has a `name` and a list) counts.
 * @throws 'invalid-parameter' if a module cannot be loaded or exports no plugin
 */
export async function loadPlugins(addresses: readonly string[]): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const address of addresses) {
    const found = Object.values(await importModule(address)).filter(isPlugin);
    if (found.length === 0) {
      throw new BrushwoodError(
        'invalid-parameter',
        `"${address}" exports no plugin. A plugin is an object with a name and lists such as filters, classifiers or formats.`,
        { address },
      );
    }
    plugins.push(...new Set(found));
  }
  return plugins;
}

async function importModule(address: string): Promise<Record<string, unknown>> {
  try {
    return (await import(address)) as Record<string, unknown>;
  } catch (cause) {
    throw new BrushwoodError(
      'invalid-parameter',
      `The plugin "${address}" cannot be loaded: ${messageOf(cause)}`,
      { address },
      { cause },
    );
  }
}

/** Every list a plugin can have: the compiler asks for a new one here. */
const lists: Readonly<Record<Exclude<keyof Plugin, 'name'>, true>> = {
  formats: true,
  filters: true,
  filterEngines: true,
  classifiers: true,
  projectStores: true,
  workflows: true,
  suggestionMethods: true,
  tasks: true,
};

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('name' in value) || typeof value.name !== 'string') return false;
  return Object.entries(value).some(([key, list]) => Object.hasOwn(lists, key) && Array.isArray(list));
}
