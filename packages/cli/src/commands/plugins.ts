import { pluginKinds, type PipelineServices, type Plugin } from '@brushwood/core';
import { plugins as installed } from '../plugins.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';

/** `brushwood plugins`: what is registered, from where. `loaded` came by --plugin. */
export function plugins({ catalog }: PipelineServices, loaded: readonly Plugin[], report: Report): void {
  const known = [...installed, ...loaded];
  const facts = pluginKinds.flatMap((kind) =>
    catalog[kind].map((item) => ({
      kind,
      id: item.id,
      name: 'displayName' in item ? item.displayName : '',
      from: known.find((plugin) => plugin[kind]?.some((own) => own === item))?.name ?? '@brushwood/core',
    })),
  );
  const options = catalog.classifiers.flatMap(({ id, options: declared }) =>
    declared.map((option) => [id, option.key, String(option.default), option.description]),
  );
  const rows = facts.map(({ kind, id, name, from }) => [kind, id, name, from]);
  const text = `${table(['kind', 'id', 'name', 'from'], rows)}\n\n${table(['classifier', 'option', 'default', 'meaning'], options)}`;
  report.result(text, {
    plugins: facts,
    classifierOptions: catalog.classifiers.map(({ id, options: declared }) => ({ id, options: declared })),
  });
}
