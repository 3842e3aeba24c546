// Parley from the command line: node dist/main.js list [search] | add <email> | watch [cursor]
import { connect } from './client.js';
import { AddContactDocument, ContactChangesDocument, ContactsDocument } from './generated.js';
import type { AnyVariables, CombinedError, OperationResult } from '@urql/core';

const { PARLEY_URL = 'http://127.0.0.1:8000/graphql', PARLEY_TOKEN = '' } = process.env;
const { client, close } = connect(PARLEY_URL, () => PARLEY_TOKEN);
const print = (value: unknown) => console.log(JSON.stringify(value));

/** What was refused, by its code, and which fields are wrong. */
function fail({ graphQLErrors: [first], message }: CombinedError) {
  const told = first?.extensions ?? {};
  print({ refused: told['code'], message: first?.message ?? message, issues: told['issues'] ?? [] });
  process.exitCode = 1;
}

function dataOf<Data, Variables extends AnyVariables>({ data, error }: OperationResult<Data, Variables>): Data | undefined {
  if (error) fail(error);
  return data;
}

/** Every contact that matches, page after page. What the caller may not see is null, and named in the error. */
async function list(search?: string) {
  let after: string | null | undefined;
  do {
    const contacts = dataOf(await client.query(ContactsDocument, { first: 2, after, filter: { search } }).toPromise())?.contacts;
    contacts?.nodes.forEach(({ email, deals }) => print({ email, deals: deals?.totalCount }));
    after = contacts?.pageInfo.hasNextPage ? contacts.pageInfo.endCursor : null;
  } while (after);
}

async function add(email: string) {
  const added = dataOf(await client.mutation(AddContactDocument, { input: { email } }).toPromise());
  if (added?.createContact) print(added.createContact.contact);
}

/** What happens to contacts, from now on or behind a cursor, until the process ends. */
function watch(after?: string) {
  client.subscription(ContactChangesDocument, { after }).subscribe(({ data, error }) => {
    const gap = error?.graphQLErrors.find(({ extensions }) => extensions['code'] === 'EVENTS_GAP');
    if (gap) print({ gap: gap.extensions['cursor'] }); // events were left out: a page would query what it shows again
    else if (error) fail(error);
    else if (data) print(data.contactChanged);
  });
}

const [command, argument] = process.argv.slice(2);
if (command === 'list') await list(argument).finally(close);
else if (command === 'add' && argument) await add(argument).finally(close);
else if (command === 'watch') watch(argument);
else throw new Error('Say one of: list [search] | add <email> | watch [cursor]');
