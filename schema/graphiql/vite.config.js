import { defineConfig } from 'vite';

// Two pages in one build; every file they load ends up under /graphiql/assets/.
export default defineConfig({
  base: '/graphiql/',
  logLevel: 'warn',
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { input: ['index.html', 'docs.html'] },
  },
  worker: { format: 'es' },
});
