import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom: the one table of the architecture. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'type:core': [],
  'type:plugin': ['type:core'],
  'type:app': ['type:core', 'type:plugin'],
};

/** What every package is. A new package is added here on purpose, not by accident. */
const kinds: Readonly<Record<string, string>> = {
  '@brushwood/core': 'type:core',
  '@brushwood/features': 'type:plugin',
  '@brushwood/classifiers': 'type:plugin',
  '@brushwood/io-tiff': 'type:plugin',
  '@brushwood/io-hdf5': 'type:plugin',
  '@brushwood/io-zarr': 'type:plugin',
  '@brushwood/io-numpy': 'type:plugin',
  '@brushwood/cli': 'type:app',
  '@brushwood/ui-lit': 'type:app',
};

interface PackageGraph {
  readonly nodes: Readonly<Record<string, { readonly data: { readonly tags: readonly string[] } }>>;
  readonly dependencies: Readonly<Record<string, readonly { readonly target: string }[]>>;
}

let folder: string;
let graph: PackageGraph;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'brushwood-graph-'));
  graph = readGraph();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package graph', () => {
  it('holds exactly the packages of the design, each tagged with its kind', () => {
    const tagged = Object.entries(graph.nodes).map(([name, node]) => [
      name,
      node.data.tags.filter((tag) => tag.startsWith('type:')).join(' '),
    ]);
    expect(Object.fromEntries(tagged.filter(([name]) => name!.startsWith('@brushwood/')))).toEqual(kinds);
  });

  it('has arrows only from apps to plugins and core, and from plugins to core', () => {
    const forbidden = arrows().filter(([from, to]) => !mayImport[kinds[from]!]!.includes(kinds[to]!));
    expect(forbidden).toEqual([]);
    expect(arrows()).toContainEqual(['@brushwood/cli', '@brushwood/core']);
  });

  it('has no cycle', () => {
    expect(findCycle(arrows())).toBeUndefined();
    const looped = [...arrows(), ['@brushwood/core', '@brushwood/cli'] as const];
    expect(findCycle(looped), 'the check itself finds a cycle').toBeDefined();
  });
});

describe('the import rules of the lint configuration', () => {
  const cases: readonly { from: string; line: string; isAllowed: boolean }[] = [
    { from: 'core/src/a.ts', line: "import '@brushwood/features';", isAllowed: false },
    { from: 'core/src/a.ts', line: "import 'node:fs';", isAllowed: false },
    { from: 'core/src/a.ts', line: "import 'tsyringe';", isAllowed: false },
    { from: 'core/src/container.ts', line: "import 'tsyringe';", isAllowed: true },
    { from: 'core/src/a.test.ts', line: "import 'node:fs';", isAllowed: true },
    { from: 'features/src/a.ts', line: "import '@brushwood/core';", isAllowed: true },
    { from: 'features/src/a.ts', line: "import '@brushwood/classifiers';", isAllowed: false },
    { from: 'features/src/a.test.ts', line: "import '@brushwood/classifiers';", isAllowed: false },
    { from: 'features/src/a.ts', line: "import '@brushwood/core/testing';", isAllowed: false },
    { from: 'features/src/a.test.ts', line: "import '@brushwood/core/testing';", isAllowed: true },
    { from: 'io-zarr/src/a.ts', line: "import '@brushwood/io-tiff';", isAllowed: false },
    { from: 'io-zarr/src/a.ts', line: "import '@brushwood/cli';", isAllowed: false },
    { from: 'io-zarr/src/a.ts', line: "import 'node:fs';", isAllowed: false },
    { from: 'io-zarr/src/a.node.ts', line: "import 'node:fs';", isAllowed: true },
    { from: 'io-zarr/src/a.ts', line: "import '@brushwood/core/dist/errors.js';", isAllowed: false },
    { from: 'io-zarr/src/a.ts', line: "import '../../core/src/errors.ts';", isAllowed: false },
    { from: 'io-zarr/src/a.ts', line: "await import('@brushwood/io-tiff');", isAllowed: false },
    { from: 'cli/src/a.ts', line: "import '@brushwood/io-zarr';", isAllowed: true },
    { from: 'cli/src/a.ts', line: "import '@brushwood/ui-lit';", isAllowed: false },
    { from: 'cli/src/a.ts', line: "import 'tsyringe';", isAllowed: false },
    { from: 'ui-lit/src/a.ts', line: "import '@brushwood/cli';", isAllowed: false },
    { from: 'ui-lit/src/a.ts', line: "import 'node:fs';", isAllowed: false },
  ];

  for (const { from, line, isAllowed } of cases) {
    it(`${isAllowed ? 'accept' : 'refuse'} ${line} in ${from}`, () => {
      expect(lintRules({ [`packages/${from}`]: `${line}\n` })).toEqual(isAllowed ? [] : ['no-restricted-imports']);
    });
  }

  it('refuse a cycle between files', () => {
    const files = {
      'packages/core/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
      'packages/core/src/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
    };
    expect(lintRules(files)).toEqual(['no-cycle', 'no-cycle']);
  });

  it('refuse any, a console below the apps, and a file of more than 400 lines', () => {
    const lines = 'export const line = 1;\n'.replace('line', 'first') + '// more\n'.repeat(400);
    expect(lintRules({ 'packages/core/src/a.ts': 'export const a = (b: any): unknown => b;\n' })).toEqual([
      'no-explicit-any',
    ]);
    expect(lintRules({ 'packages/io-zarr/src/a.ts': "export const log = () => console.log('a');\n" })).toEqual([
      'no-console',
    ]);
    expect(lintRules({ 'packages/cli/src/a.ts': "export const log = () => console.log('a');\n" })).toEqual([]);
    expect(lintRules({ 'packages/cli/src/a.ts': lines })).toEqual(['max-lines']);
  });
});

function readGraph(): PackageGraph {
  const file = join(folder, 'graph.json');
  execFileSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), 'graph', `--file=${file}`], {
    cwd: root,
    env: { ...process.env, NX_ISOLATE_PLUGINS: 'false' },
    stdio: 'pipe',
  });
  return (JSON.parse(readFileSync(file, 'utf8')) as { graph: PackageGraph }).graph;
}

/** Pairs [from, to] between our own packages. */
function arrows(): (readonly [string, string])[] {
  return Object.entries(graph.dependencies)
    .filter(([from]) => from in kinds)
    .flatMap(([from, targets]) =>
      targets.filter(({ target }) => target in kinds).map(({ target }) => [from, target] as const),
    );
}

/** A package that can be reached from itself. */
function findCycle(pairs: readonly (readonly [string, string])[]): string | undefined {
  const reach = (from: string, seen: Set<string>): Set<string> => {
    for (const [a, b] of pairs) if (a === from && !seen.has(b)) reach(b, seen.add(b));
    return seen;
  };
  return Object.keys(kinds).find((name) => reach(name, new Set()).has(name));
}

/** Lints files in a folder of their own with the repository's configuration. Returns the rules they break. */
function lintRules(files: Readonly<Record<string, string>>): string[] {
  const place = mkdtempSync(join(folder, 'lint-'));
  cpSync(join(root, '.oxlintrc.json'), join(place, '.oxlintrc.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', 'packages'],
    { cwd: place, encoding: 'utf8' },
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; severity: string }[] };
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(status, 'oxlint fails exactly when it finds an error').toBe(errors.length > 0 ? 1 : 0);
  return errors.map(({ code }) => /\(([^)]+)\)/.exec(code)?.[1] ?? code).sort();
}
