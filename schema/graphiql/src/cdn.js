// Entry of the CDN page: the same page, its libraries resolved by the import map.
import { explorerPlugin } from '@graphiql/plugin-explorer';
import 'graphiql/setup-workers/esm.sh';
import { start } from './app.js';

start(explorerPlugin({ showAttribution: false }));
