import { build } from 'vite';

/**
 * Bundles modules that only tests use, workers included, for `openTestPage({ files })`.
 * @param entries Addresses of the bundles (without `.js`) and the paths of their modules.
 */
export async function bundleForTests(entries: Readonly<Record<string, string>>): Promise<Record<string, Uint8Array>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: { ...entries },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const outputs = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  return Object.fromEntries(
    outputs.map((file) => [`/${file.fileName}`, Buffer.from(file.type === 'chunk' ? file.code : file.source)]),
  );
}
