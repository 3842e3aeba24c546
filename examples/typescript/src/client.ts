// A Parley client: queries and mutations over HTTP, subscriptions over one socket that survives lost connections.
import { Client, fetchExchange, subscriptionExchange, type SubscriptionForwarder } from '@urql/core';
import { createClient, type Client as Socket } from 'graphql-ws';
import WebSocket from 'ws';

const EXPIRED = 4401;
const REFUSED = 4403;
const closedWith = (problem: unknown) => (problem as { code?: number } | undefined)?.code;

/** `token` is asked for whenever it is sent, so it may be renewed; `close` ends the subscriptions. */
export function connect(url: string, token: () => string): { client: Client; close: () => void } {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket, // for Node; browsers have their own
    connectionParams: () => ({ Authorization: `Bearer ${token()}` }),
    retryAttempts: Infinity,
    shouldRetry: (problem) => closedWith(problem) !== REFUSED,
  });
  const client = new Client({
    url,
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription: following(socket) })],
    // urql sends short queries as GET; the second header tells Parley that no other site made a browser send it.
    fetchOptions: () => ({ headers: { Authorization: `Bearer ${token()}`, 'GraphQL-Require-Preflight': '1' } }),
  });
  return { client, close: () => void socket.dispose() };
}

/** Subscriptions that go on behind the last event that was seen, after a lost connection or with a renewed token. */
function following(socket: Socket): SubscriptionForwarder {
  return ({ query = '', operationName, variables }) => ({
    subscribe(sink) {
      // graphql-ws sends the payload anew with each connection, and with it the cursor that was kept last.
      const payload = { query, operationName, variables: { ...variables } as Record<string, unknown> };
      let stop = () => {};
      const begin = () => {
        stop = socket.subscribe<Record<string, unknown>, { cursor?: string }>(payload, {
          next(result) {
            payload.variables['after'] = result.extensions?.cursor ?? payload.variables['after'];
            sink.next(result);
          },
          error: (problem) => (closedWith(problem) === EXPIRED ? begin() : sink.error(problem)),
          complete: () => sink.complete(),
        });
      };
      begin();
      return { unsubscribe: () => stop() };
    },
  });
}
