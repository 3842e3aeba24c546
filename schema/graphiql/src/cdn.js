// Entry of the CDN page: the same page, its libraries resolved by the import map.
import 'graphiql/setup-workers/esm.sh';
import { start } from './app.js';

start();
