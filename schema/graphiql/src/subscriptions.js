// A panel of subscriptions: those that run in the editor, and those that go on here while the editor does something else.
import { useGraphiQL } from '@graphiql/react';
import { createElement as h, useState } from 'react';
import { isSubscription, withItsName } from './fetcher.js';
import { useObserved } from './observed.js';
import { usePage } from './page.js';
import { icon, panel } from './panel.js';
import { forgetStream } from './streams.js';

const NONE = 'The editor holds no subscription: open one from “Samples”, or write one.';
const STATES = { live: 'running', ended: 'ended', failed: 'failed' };

/** The editor's operation; raises an Error that says what is wrong with it. */
function readOperation({ queryEditor, variableEditor, operationName }) {
  const params = withItsName({ query: queryEditor.getValue(), operationName: operationName ?? undefined });
  if (!isSubscription(params)) throw new Error(NONE);
  try {
    return { ...params, variables: JSON.parse(variableEditor.getValue() || '{}') };
  } catch (error) {
    throw new Error(`The variables are no JSON: ${error.message}`);
  }
}

function Watch() {
  const { fetcher } = usePage();
  const [problem, setProblem] = useState('');
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const watch = () => {
    try {
      fetcher.watch(readOperation({ queryEditor, variableEditor, operationName }));
      setProblem('');
    } catch (error) {
      setProblem(error.message);
    }
  };
  return h(
    'div',
    null,
    h('p', null, 'One that is watched here goes on while the editor runs something else.'),
    h('button', { type: 'button', className: 'parley-strong', onClick: watch }, 'Watch the editor’s subscription'),
    h('p', { role: 'alert' }, problem),
  );
}

const Entry = ({ event }) =>
  h('li', null, h('time', { dateTime: event.at.toISOString() }, event.at.toLocaleTimeString()), h('pre', { tabIndex: 0 }, event.text));

function Stream({ stream }) {
  const { state } = usePage();
  const live = stream.state === 'live';
  const button = live
    ? h('button', { type: 'button', onClick: stream.stop, 'aria-label': `Stop ${stream.title}` }, 'Stop')
    : h('button', { type: 'button', onClick: () => forgetStream(state.streams, stream.id), 'aria-label': `Remove ${stream.title}` }, 'Remove');
  const told = `${STATES[stream.state]}, ${stream.count} ${stream.count === 1 ? 'event' : 'events'}`;
  return h(
    'article',
    { className: 'parley-stream', 'aria-label': stream.title },
    h('header', null, h('h3', null, stream.title), h('span', null, told), button),
    stream.error && h('p', { role: 'alert' }, stream.error),
    h('ol', { role: 'log', 'aria-label': `Events of ${stream.title}` }, stream.events.map((event) => h(Entry, { key: event.number, event }))),
  );
}

function Subscriptions() {
  const streams = useObserved(usePage().state.streams);
  const list = streams.map((stream) => h(Stream, { key: stream.id, stream }));
  return panel('Subscriptions', h(Watch), streams.length > 0 ? list : h('p', null, 'None has run yet.'));
}

export const SUBSCRIPTIONS_PLUGIN = {
  title: 'Subscriptions',
  icon: icon('M12 12h.01', 'M8.5 15.5a5 5 0 0 1 0-7', 'M15.5 8.5a5 5 0 0 1 0 7', 'M5.5 18.5a9.2 9.2 0 0 1 0-13', 'M18.5 5.5a9.2 9.2 0 0 1 0 13'),
  content: Subscriptions,
};
