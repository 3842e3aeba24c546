// One line under the bar when the token is missing or refused, with the next step.
import { createElement as h } from 'react';

const MISSING = ['No token yet.', 'Paste an access token above and press “Use token”; it stays in this tab only.'];
const STALE_DEMO = ['The demo token has expired.', 'Reload this page for a fresh one.'];
const REFUSED = ['The server refused this token (401).', 'It may have expired or been revoked: paste a new one above and press “Use token”.'];

function message({ token, refused, demo }) {
  if (!token) return MISSING;
  if (!refused) return null;
  return demo ? STALE_DEMO : REFUSED;
}

/** The notice, or an empty live region. */
export function Notice(state) {
  const lines = message(state);
  const text = lines && h('p', { className: 'parley-notice' }, h('strong', null, lines[0]), ' ', lines[1]);
  return h('div', { role: 'status' }, text);
}
