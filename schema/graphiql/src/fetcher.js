// How GraphiQL asks: queries and mutations over HTTP, subscriptions over a socket, both as the bearer of the token.
import { GraphQLError, getOperationAST, parse } from 'graphql';
import { createSocket } from './socket.js';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
const OF_THE_PAGE = new Set(['IntrospectionQuery', 'Lookup']); // operations that nobody ran

/** A GraphiQL fetcher for one token; `state` hears what answers tell, see page.js. `close` ends its subscriptions. */
export function createFetcher(endpoint, token, state) {
  const credentials = token ? { Authorization: `Bearer ${token}` } : {};
  const socket = createSocket(endpoint, credentials, state);

  const post = async (params, headers) => {
    const began = performance.now();
    const response = await send(endpoint, params, { Accept: ACCEPT, 'Content-Type': 'application/json', ...credentials, ...headers });
    const answer = await read(response);
    state.refused.set(response.status === 401);
    if (!OF_THE_PAGE.has(params.operationName)) {
      const milliseconds = Math.round(performance.now() - began);
      state.answer.set({ status: response.status, milliseconds, ...answer.extensions });
    }
    return answer;
  };

  const fetcher = (params, options = {}) => {
    const asked = withItsName(params);
    return isSubscription(asked) ? socket.observable(asked) : post(asked, options.headers);
  };
  return Object.assign(fetcher, { watch: socket.watch, close: socket.close });
}

/** Whether the operation that would run is a subscription. */
export const isSubscription = ({ query, operationName }) => operationNamed(query, operationName)?.operation === 'subscription';

/** The same, under the name that its only operation has now: the editor tells a changed name some time after the text, and whoever is quick would run nothing. */
export function withItsName(params) {
  const only = operationNamed(params.query);
  return only ? { ...params, operationName: only.name?.value } : params;
}

/** The operation of this name, without one the only operation; none of a text that cannot be read: the server says why. */
function operationNamed(query, name) {
  try {
    return getOperationAST(parse(query), name);
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

async function send(endpoint, params, headers) {
  try {
    return await window.fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(params) });
  } catch (error) {
    throw new Error(`The server does not answer (${error.message}). Is it running? Then run the operation again.`);
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status} with something that is no JSON: ${text.slice(0, 200)}`);
  }
}
