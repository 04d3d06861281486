import { defineConfig } from 'vite';

// The static app (index.html) and the elements: all (brushwood.js), or those of a labeler or a viewer alone. With relative addresses, so that any folder of any server will do.
export default defineConfig({
  root: 'web',
  base: './',
  logLevel: 'error',
  worker: { format: 'es' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      input: {
        app: 'web/index.html',
        brushwood: 'dist/index.js',
        labeler: 'dist/define-labeler.js',
        viewer: 'dist/define-viewer.js',
      },
      preserveEntrySignatures: 'strict',
      output: {
        entryFileNames: ({ name }) =>
          ['brushwood', 'labeler', 'viewer'].includes(name) ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
