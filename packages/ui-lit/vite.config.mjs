import { defineConfig } from 'vite';

// The static app (index.html) and the library of elements (brushwood.js), with relative addresses, so that any folder of any server will do.
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
      input: { app: 'web/index.html', brushwood: 'dist/index.js' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (name === 'brushwood' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});
