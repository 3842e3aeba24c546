// The line under the answer: what the last operation cost, how it was found, and whether the socket is open.
import { createElement as h } from 'react';
import { useObserved } from './observed.js';
import { usePage } from './page.js';

const CONNECTIONS = {
  connecting: 'Live: connecting …',
  open: 'Live: connected',
  reconnecting: 'Live: connection lost, trying again …',
};
const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

const costText = ({ requested, actual, remaining }) =>
  `Cost ${actual.toLocaleString('en')} of ${requested.toLocaleString('en')} requested, ${remaining.toLocaleString('en')} left`;

const planText = ({ path, statements, reason }) => `${path}${reason ? ` (${reason})` : ''}, ${count(statements, 'SQL statement')}`;

const timeText = ({ status, milliseconds }) => `${status === 200 ? '' : `HTTP ${status}, `}${milliseconds} ms`;

/** The parts of the line, each with its name for scripts and styles. */
function parts(answer, connection) {
  return [
    ['cost', answer?.cost && costText(answer.cost)],
    ['plan', answer?.plan && planText(answer.plan)],
    ['time', answer?.status && timeText(answer)],
    ['events', answer?.events !== undefined && count(answer.events, 'event')],
    ['live', CONNECTIONS[connection]],
  ].filter(([, text]) => text);
}

/** The line; screen readers are told when it changes. */
export function Status() {
  const { state } = usePage();
  const shown = parts(useObserved(state.answer), useObserved(state.connection));
  return h(
    'div',
    { className: 'parley-status', role: 'status', 'aria-label': 'Last operation' },
    shown.map(([name, text]) => h('span', { key: name, 'data-part': name, title: text }, text)),
  );
}
