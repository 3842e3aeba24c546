// The page: a header that holds the token, a notice, and GraphiQL. Written without JSX so that the CDN page runs the same files.
import { GraphiQL } from 'graphiql';
import { createElement as h, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createFetcher } from './fetcher.js';
import { Header } from './header.js';
import { Notice } from './notice.js';
import { readChoice, saveChoice, tokenOf } from './session.js';
import { storageWithoutHeaders } from './storage.js';

const SETTINGS = {
  storage: storageWithoutHeaders(window.localStorage),
  shouldPersistHeaders: false,
  showPersistHeadersSettings: false,
};

function Page({ config }) {
  const [choice, setChoice] = useState(() => readChoice(config.tokens));
  const [refused, setRefused] = useState(false);
  const token = tokenOf(choice, config.tokens);
  const fetcher = useMemo(() => createFetcher(config.endpoint, token, setRefused), [config.endpoint, token]);

  const choose = (next) => {
    saveChoice(next);
    setRefused(false);
    setChoice(next);
  };

  return h(
    'div',
    { className: 'parley-page' },
    h(Header, { roles: Object.keys(config.tokens), choice, token, onChoose: choose }),
    h(Notice, { token, refused, demo: Boolean(choice.role) }),
    h(
      'main',
      { className: 'parley-main' },
      h(GraphiQL, { ...SETTINGS, fetcher, defaultQuery: config.query }, h(GraphiQL.Logo, null, ' ')),
    ),
  );
}

/** Read the server's configuration and show the page. */
export function start() {
  const config = JSON.parse(document.getElementById('parley-config').textContent);
  createRoot(document.getElementById('page')).render(h(Page, { config }));
}
