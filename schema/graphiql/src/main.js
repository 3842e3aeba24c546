// Entry of the bundled page: styles, editor workers, start.
import { explorerPlugin } from '@graphiql/plugin-explorer';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './workers.js';
import { start } from './app.js';

start(explorerPlugin({ showAttribution: false }));
