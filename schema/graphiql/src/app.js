// The page: a header that holds the token, a notice, and GraphiQL. Written without JSX so that the CDN page runs the same files.
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createElement as h, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { accessible } from './explorer.js';
import { createFetcher } from './fetcher.js';
import { Header } from './header.js';
import { Notice } from './notice.js';
import { PageProvider, createState } from './page.js';
import { SAMPLES_PLUGIN } from './samples.js';
import { readChoice, saveChoice, tokenOf } from './session.js';
import { Status } from './status.js';
import { storageWithoutHeaders } from './storage.js';
import { SUBSCRIPTIONS_PLUGIN } from './subscriptions.js';

const ROOMY = 1100; // pixels

// A link may bring an operation; it opens in a tab and is not run.
const LINK = new URLSearchParams(window.location.search);

const SETTINGS = {
  initialQuery: LINK.get('query') ?? undefined,
  initialVariables: LINK.get('variables') ?? undefined,
  storage: storageWithoutHeaders(window.localStorage),
  shouldPersistHeaders: false,
  showPersistHeadersSettings: false,
  defaultEditorToolsVisibility: 'variables',
  // Who comes for the first time finds the samples open, if there is room; later GraphiQL remembers what was.
  visiblePlugin: window.localStorage.getItem('graphiql:tabState') || window.innerWidth < ROOMY ? undefined : SAMPLES_PLUGIN,
};

function Page({ config, plugins }) {
  const [choice, setChoice] = useState(() => readChoice(config.tokens));
  const [state] = useState(createState);
  const token = tokenOf(choice, config.tokens);
  const fetcher = useMemo(() => createFetcher(config.endpoint, token, state), [config.endpoint, token, state]);
  const page = useMemo(() => ({ config, choice, fetcher, state }), [config, choice, fetcher, state]);
  // Whoever speaks next does not go on with the subscriptions of the one before.
  useEffect(() => () => fetcher.close(), [fetcher]);

  const choose = (next) => {
    saveChoice(next);
    state.refused.set(false);
    state.answer.set(null);
    setChoice(next);
  };

  return h(
    PageProvider,
    { value: page },
    h(
      'div',
      { className: 'parley-page' },
      h(Header, { roles: Object.keys(config.tokens), choice, token, onChoose: choose }),
      h(Notice, { token, demo: Boolean(choice.role) }),
      h(
        'main',
        { className: 'parley-main' },
        h(
          GraphiQL,
          { ...SETTINGS, fetcher, plugins, defaultQuery: config.query },
          h(GraphiQL.Logo, null, ' '),
          h(GraphiQL.Footer, null, h(Status)),
        ),
      ),
    ),
  );
}

/** Read the server's configuration and show the page; `explorer` is GraphiQL's plugin of that name. */
export function start(explorer) {
  const config = JSON.parse(document.getElementById('parley-config').textContent);
  const plugins = [SAMPLES_PLUGIN, accessible(explorer), HISTORY_PLUGIN, SUBSCRIPTIONS_PLUGIN];
  createRoot(document.getElementById('page')).render(h(Page, { config, plugins }));
}
