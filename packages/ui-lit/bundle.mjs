// Bundles the app into dist/web: a page that any file server can serve, and the service worker that keeps its files for offline use.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const web = 'dist/web';

await build({ configFile: 'vite.config.mjs' });
await build({
  configFile: false,
  logLevel: 'error',
  publicDir: false,
  define: { 'globalThis.brushwoodFiles': JSON.stringify(filesOfApp()), 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: web,
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: { input: 'dist/service-worker.js', output: { entryFileNames: 'sw.js', format: 'iife' } },
  },
});

/** Addresses of what the app consists of, with a revision where the name does not tell what is in it. */
function filesOfApp() {
  const isHashed = /^assets\/.+-[\w-]{8}\.\w+$/;
  return readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(web.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((url) => !['brushwood.js', 'labeler.js', 'viewer.js'].includes(url) && !url.endsWith('.map')) // the elements, for pages of others
    .sort()
    .map((url) => ({ url, revision: isHashed.test(url) ? null : revisionOf(join(web, url)) }));
}

function revisionOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 16);
}
