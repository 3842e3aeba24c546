// Requests with the token: over HTTP as a header, over the websocket in the first message.
import { createGraphiQLFetcher } from '@graphiql/toolkit';

/** A GraphiQL fetcher that sends `token` and tells `onRefused` whether the server refused it. */
export function createFetcher(endpoint, token, onRefused) {
  const credentials = token ? { Authorization: `Bearer ${token}` } : {};
  return createGraphiQLFetcher({
    url: endpoint,
    headers: credentials,
    subscriptionUrl: websocketUrl(endpoint),
    wsConnectionParams: credentials,
    fetch: async (url, options) => {
      const response = await window.fetch(url, options);
      onRefused(response.status === 401 || (await saysUnauthenticated(response)));
      return response;
    },
  });
}

function websocketUrl(endpoint) {
  const url = new URL(endpoint, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

// GraphQL may answer 200 with an error in the body; answers in parts are left to GraphiQL.
async function saysUnauthenticated(response) {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return false;
  const { errors = [] } = await response.clone().json();
  return errors.some((error) => error.extensions?.code === 'UNAUTHENTICATED');
}
