// What each subscription has brought, for the panel that lists them.
const MOST_EVENTS = 100;
const MOST_STREAMS = 10;
let number = 0;

const LIVE = 'live';

/** Start a record at the top of the list `streams`; the records that ended first make room. */
export function openStream(streams, { query, operationName }, stop) {
  const id = ++number;
  const title = operationName || (/subscription\s+(\w+)/.exec(query) ?? [])[1] || 'Subscription';
  const change = (how) => streams.set(streams.get().map((stream) => (stream.id === id ? { ...stream, ...how(stream) } : stream)));

  streams.set(bounded([{ id, title, state: LIVE, events: [], count: 0, error: null, stop }, ...streams.get()]));
  return {
    next: (result) => change(({ events, count }) => ({ events: [eventOf(result, count), ...events].slice(0, MOST_EVENTS), count: count + 1 })),
    fail: (error) => change(() => ({ state: 'failed', error: errorText(error) })),
    end: () => change(({ state }) => ({ state: state === LIVE ? 'ended' : state })),
  };
}

/** Take a record off the list. */
export const forgetStream = (streams, id) => streams.set(streams.get().filter((stream) => stream.id !== id));

const eventOf = (result, number) => ({ number, at: new Date(), text: JSON.stringify(result.errors ? result : result.data, null, 2) });

const bounded = (list) => list.filter((stream, place) => stream.state === LIVE || place < MOST_STREAMS);

const errorText = (error) => (Array.isArray(error) ? error.map(({ message }) => message).join('\n') : error.message);
