// The bar on top: the name, the demo roles (development only) and the token form.
import { createElement as h, useId, useState } from 'react';

const NAMES = { owner: 'Owner', admin: 'Admin', user: 'User', other: 'Other company' };

function Roles({ roles, chosen, onChoose }) {
  const button = (role) =>
    h('button', { key: role, type: 'button', 'aria-pressed': role === chosen, onClick: () => onChoose({ role }) }, NAMES[role]);
  return h('div', { className: 'parley-roles', role: 'group', 'aria-label': 'Demo role' }, roles.map(button));
}

function TokenForm({ token, pasted, onChoose }) {
  const id = useId();
  const [text, setText] = useState(token);
  const typed = text.trim().replace(/^Bearer\s+/i, '');
  const submit = (event) => {
    event.preventDefault();
    if (typed) onChoose({ token: typed });
  };
  return h(
    'form',
    { className: 'parley-token', onSubmit: submit },
    h('label', { htmlFor: id }, 'Token'),
    h('input', {
      id,
      type: 'password',
      name: 'parley-token',
      value: text,
      placeholder: 'Paste an access token',
      autoComplete: 'one-time-code', // no browser offers to keep such a field
      spellCheck: false,
      onChange: (event) => setText(event.target.value),
      onFocus: (event) => event.target.select(),
    }),
    h('button', { type: 'submit', disabled: !typed || typed === token }, 'Use token'),
    pasted && h('button', { type: 'button', className: 'parley-quiet', onClick: () => onChoose({}) }, 'Forget'),
  );
}

/** The bar; `token` is the one in use, `onChoose` gets the new choice, see session.js. */
export function Header({ roles, choice, token, onChoose }) {
  return h(
    'header',
    { className: 'parley-header' },
    h('h1', null, h('strong', null, 'Parley'), ' GraphiQL'),
    h('a', { href: '/docs' }, 'REST API'),
    h('span', { className: 'parley-space' }),
    roles.length > 0 && h(Roles, { roles, chosen: choice.role, onChoose }),
    h(TokenForm, { key: token, token, pasted: Boolean(choice.token), onChoose }),
  );
}
