// What the parts of the page share: GraphiQL draws its plugins itself, so they get it from here.
import { createContext, useContext } from 'react';
import { observed } from './observed.js';

const PageContext = createContext(null);

export const PageProvider = PageContext.Provider;

/** `{config, choice, fetcher, state}`: the server's configuration, who speaks, how to ask, and what was heard. */
export const usePage = () => useContext(PageContext);

/** What was heard: the last answer, the socket's state, the subscriptions, and whether the token was refused. */
export const createState = () => ({
  answer: observed(null),
  connection: observed('closed'),
  streams: observed([]),
  refused: observed(false),
});
