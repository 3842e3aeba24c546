// A value that components follow without drawing the whole page again.
import { useSyncExternalStore } from 'react';

/** A value with `get`, `set` and `subscribe`; whoever changes it sets a new one. */
export function observed(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      listeners.forEach((listener) => listener());
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The value of an observed, kept up to date. */
export const useObserved = (store) => useSyncExternalStore(store.subscribe, store.get);
