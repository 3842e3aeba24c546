// Who the page speaks as: {role} for a demo token from the server, {token} for a pasted one, {} for nobody.
// Kept in sessionStorage, so it ends with the tab. A demo role is remembered by name: a reload brings its fresh token.
const KEY = 'parley.session';

/** The remembered choice; else the first demo role (the owner); else nobody. */
export function readChoice(tokens) {
  const saved = JSON.parse(window.sessionStorage.getItem(KEY) ?? '{}');
  if (saved.token || saved.role in tokens) return saved;
  const [role] = Object.keys(tokens);
  return role ? { role } : {};
}

/** Remember a choice until the tab is closed. */
export function saveChoice(choice) {
  window.sessionStorage.setItem(KEY, JSON.stringify(choice));
}

/** The token behind a choice, or the empty string. */
export function tokenOf(choice, tokens) {
  return choice.token ?? tokens[choice.role] ?? '';
}

/** When a JWT says that it ends, as a Date; null for a token that says nothing readable. It is not verified. */
export function expiryOf(token) {
  try {
    const { exp } = JSON.parse(window.atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return Number.isFinite(exp) ? new Date(exp * 1000) : null;
  } catch {
    return null; // not a JWT: the server judges it
  }
}
