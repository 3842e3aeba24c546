// One line under the bar when the token is missing, expired or refused, with the next step.
import { createElement as h } from 'react';
import { useObserved } from './observed.js';
import { usePage } from './page.js';
import { expiryOf } from './session.js';

const PASTE = 'paste a new one above and press “Use token”';
const MISSING = ['No token yet.', 'Paste an access token above and press “Use token”; it stays in this tab only.'];
const STALE_DEMO = ['The server no longer takes this demo token.', 'Reload this page for a fresh one.'];
const REFUSED = ['The server refused this token.', `It may have been revoked or be meant for another server: ${PASTE}.`];

const expired = (at) => [`This token expired on ${at.toLocaleString()}.`, `Sign in again where it came from, then ${PASTE}.`];

function message({ token, refused, demo }) {
  if (!token) return MISSING;
  if (!refused) return null;
  if (demo) return STALE_DEMO;
  const expiry = expiryOf(token);
  return expiry && expiry < new Date() ? expired(expiry) : REFUSED;
}

/** The notice, or an empty live region. */
export function Notice({ token, demo }) {
  const refused = useObserved(usePage().state.refused);
  const lines = message({ token, refused, demo });
  const text = lines && h('p', { className: 'parley-notice' }, h('strong', null, lines[0]), ' ', lines[1]);
  return h('div', { role: 'status' }, text);
}
