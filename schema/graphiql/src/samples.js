// A panel of operations to try, those of the chosen role and those for everyone; each opens in a tab of its own.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { createElement as h } from 'react';
import { usePage } from './page.js';
import { icon, panel } from './panel.js';

const EVERYONE = 'everyone';
const HEADINGS = { owner: 'As the owner', admin: 'As an admin', user: 'As a user', [EVERYONE]: 'As anyone' };
const ROLES = { other: 'owner' }; // the second company's owner

/** What a sample is called, what it is, and the variables it takes. */
function describe(text) {
  const [, kind, name] = /^(query|mutation|subscription) (\w+)/m.exec(text);
  const variables = [...text.matchAll(/\$(\w+):/g)].map(([, variable]) => variable);
  return { text, kind, name, variables, title: text.slice(0, text.indexOf('\n')).replace(/^#\s*/, '') };
}

/** The groups to show: a demo role's and everyone's; a pasted token may be anybody's. */
function groups(samples, role) {
  const known = ROLES[role] ?? role;
  return Object.entries(samples).filter(([name]) => !role || name === known || name === EVERYONE);
}

/** The values of a sample's variables: ids found by one query whose aliases are the variables' names; null for the others. */
async function lookUp(fetcher, query, wanted) {
  const answer = await fetcher({ query, operationName: 'Lookup' }).catch(() => null); // running the sample will say why
  return Object.fromEntries(wanted.map((name) => [name, answer?.data?.[name]?.nodes[0]?.id ?? null]));
}

function useOpen() {
  const { config, fetcher } = usePage();
  const { addTab, changeTab, stop } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  return async ({ text, variables }) => {
    const values = variables.length > 0 ? await lookUp(fetcher, config.lookup, variables) : null;
    stop();
    const place = tabs.findIndex((tab) => tab.query === text);
    if (place < 0) addTab();
    else changeTab(place);
    queryEditor.setValue(text);
    variableEditor.setValue(values ? JSON.stringify(values, null, 2) : '');
    queryEditor.focus();
  };
}

function Samples() {
  const { config, choice } = usePage();
  const open = useOpen();
  const item = (text) => {
    const sample = describe(text);
    const said = h('span', { className: 'parley-kind' }, sample.kind);
    return h('li', { key: sample.name }, h('button', { type: 'button', onClick: () => open(sample) }, sample.title, said));
  };
  const group = ([name, texts]) => [h('h3', { key: name }, HEADINGS[name]), h('ul', { key: `${name} list` }, texts.map(item))];
  return panel('Samples', h('p', null, 'Each opens in a tab; then press ▶ or Ctrl-Enter.'), groups(config.samples, choice.role).map(group));
}

export const SAMPLES_PLUGIN = {
  title: 'Samples',
  icon: icon('M5 3.5h14v17l-7-4.5-7 4.5z', 'M9 8h6', 'M9 11.5h6'),
  content: Samples,
};
