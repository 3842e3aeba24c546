// Subscriptions over graphql-transport-ws; the credential travels in the first message, never in the address.
import { createClient } from 'graphql-ws/client';
import { openStream } from './streams.js';

const PING_EVERY = 20_000; // milliseconds
const PONG_WITHIN = 5_000;
const RETRIES = 8; // after 1, 2, 4 ... 128 seconds and a random part, together about four minutes
const UNKNOWN_CALLER = [4401, 4403];
const ABNORMAL = 1006; // the connection broke off
const TERMINATED = 4499; // by ourselves, when the server went silent
const AFTER = /\$after\s*:/; // a subscription that can be told where to go on

const NEXT_STEPS = {
  4400: 'The server could not read what was sent.',
  4401: 'The token is missing, expired or was refused: choose a role or paste a new token above, then run it again.',
  4403: 'The token is missing, expired or was refused: choose a role or paste a new token above, then run it again.',
  4408: 'The connection took too long to begin: run it again.',
  4409: 'The server still knows a subscription of this name: run it again.',
  4429: 'There are too many connections or subscriptions: stop some, then run it again.',
};
const UNREACHABLE = 'The server cannot be reached. Is it running? Then run it again.';

/** The socket of one token, opened by the first subscription and closed after the last. */
export function createSocket(endpoint, credentials, state) {
  const active = new Set();
  let reached = false;
  let pong;
  const client = createClient({
    url: socketAddress(endpoint),
    connectionParams: credentials,
    keepAlive: PING_EVERY,
    retryAttempts: RETRIES,
    // A server that never answered is not asked again; one that was lost is, unless it refused the caller.
    shouldRetry: (problem) => reached && isLoss(problem) && !UNKNOWN_CALLER.includes(problem.code),
    on: {
      connecting: (again) => state.connection.set(again ? 'reconnecting' : 'connecting'),
      connected: () => {
        reached = true;
        state.connection.set('open');
      },
      closed: () => {
        clearTimeout(pong);
        state.connection.set(active.size > 0 && reached ? 'reconnecting' : 'closed');
      },
      // A connection that went silent is given up and made anew.
      ping: (received) => {
        if (!received) pong = setTimeout(() => client.terminate(), PONG_WITHIN);
      },
      pong: (received) => {
        if (received) clearTimeout(pong);
      },
    },
  });

  /** Run a subscription until the returned function is called; `sink` is told as by an observable, errors in plain words. */
  const watch = (asked, sink = {}) => {
    const params = { ...asked, variables: { ...asked.variables } };
    const resumes = AFTER.test(params.query);
    const stream = openStream(state.streams, params, () => stop());
    let over = false;
    // Whatever ends it, ends it once and now: a client that waits to connect again would say so minutes later.
    const end = (tell) => {
      if (over) return;
      over = true;
      active.delete(stop);
      if (active.size === 0 && state.connection.get() !== 'open') state.connection.set('closed');
      tell();
    };
    const completed = () => {
      stream.end();
      sink.complete?.();
    };
    const unsubscribe = client.subscribe(params, {
      next: (result) => {
        // The client sends the same object again after a loss: by then it says where to go on.
        if (resumes && result.extensions?.cursor) params.variables.after = result.extensions.cursor;
        if (isRefusal(result.errors ?? [])) state.refused.set(true);
        stream.next(result);
        sink.next?.(result);
      },
      error: (problem) =>
        end(() => {
          if (isRefusal(problem)) state.refused.set(true);
          const error = inWords(problem);
          stream.fail(error);
          sink.error?.(error);
        }),
      complete: () => end(completed),
    });
    const stop = () => {
      unsubscribe();
      end(completed);
    };
    active.add(stop);
    return stop;
  };

  /** The editor's own subscription: its events are what the status line tells of. */
  const observable = (params) => ({
    subscribe: (sink) => {
      let events = 0;
      state.answer.set({ events });
      const next = (result) => {
        events += 1;
        state.answer.set({ events, ...result.extensions });
        sink.next(result);
      };
      return { unsubscribe: watch(params, { ...sink, next }) };
    },
  });

  return {
    watch,
    observable,
    close: () => {
      active.forEach((stop) => stop());
      void client.dispose();
    },
  };
}

function socketAddress(endpoint) {
  const url = new URL(endpoint, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Whether the connection is gone, as opposed to an error that came over it. */
const isLoss = (problem) => problem instanceof Event || 'code' in problem;

const isRefusal = (problem) =>
  Array.isArray(problem)
    ? problem.some((error) => error.extensions?.code === 'UNAUTHORIZED')
    : UNKNOWN_CALLER.includes(problem.code);

/** A loss in plain words; the server's own errors stay as they are. */
function inWords(problem) {
  if (!isLoss(problem)) return problem;
  const { code, reason } = problem;
  if (!code || code === ABNORMAL || code === TERMINATED) return new Error(UNREACHABLE);
  return new Error(`The server closed the connection (${code}${reason ? `: ${reason}` : ''}). ${NEXT_STEPS[code] ?? 'Run it again.'}`);
}
