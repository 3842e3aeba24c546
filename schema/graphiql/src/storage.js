// GraphiQL keeps tabs and history in localStorage, and its history would keep request headers there too.
const HOLDS_HEADERS = 'graphiql:headers';
const withoutHeaders = (text) => JSON.stringify(JSON.parse(text), (key, value) => (key === 'headers' ? undefined : value));

/** A storage that keeps everything except request headers, which may hold a token. */
export function storageWithoutHeaders(storage) {
  return {
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => {
      if (key !== HOLDS_HEADERS) storage.setItem(key, value.startsWith('{') && isJson(value) ? withoutHeaders(value) : value);
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => Object.keys(storage).filter((key) => key.startsWith('graphiql:')).forEach((key) => storage.removeItem(key)),
    get length() {
      return Object.keys(storage).filter((key) => key.startsWith('graphiql:')).length;
    },
  };
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // a query that starts with a brace
  }
}
