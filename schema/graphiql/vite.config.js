import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

// GraphiQL asks for its editor only once it has drawn itself; the page asks for it at once.
const EDITOR = /\/(?:monaco-editor|mouseTarget|lite)-[\w-]+\.js$/;

const preloadEditor = {
  name: 'parley-preload-editor',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { filename, bundle }) =>
      filename.endsWith('index.html')
        ? Object.keys(bundle)
            .filter((name) => EDITOR.test(`/${name}`))
            .map((name) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/graphiql/${name}` }, injectTo: 'head' }))
        : [],
  },
};

// What is served over a network, is served packed: a quarter of the bytes.
const pack = {
  name: 'parley-pack',
  writeBundle: ({ dir }) => {
    const folder = join(dir, 'assets');
    for (const name of readdirSync(folder)) {
      writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: constants.Z_BEST_COMPRESSION }));
    }
  },
};

// Two pages in one build; every file they load ends up under /graphiql/assets/.
export default defineConfig({
  base: '/graphiql/',
  logLevel: 'warn',
  plugins: [preloadEditor, pack],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: { input: ['index.html', 'docs.html'] },
  },
  worker: { format: 'es' },
});
