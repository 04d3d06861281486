// Bundles the app into dist/web: a page that any file server can serve.
import { build } from 'vite';

await build({ configFile: 'vite.config.mjs' });
