// GraphiQL's explorer, whose fields take a click alone: here each can be focused, says what it is, and is worked by the keyboard.
import { createElement as h, useEffect, useRef } from 'react';

const FIELD = 'span[style*="cursor: pointer"]'; // the plugin has no better name for what it takes clicks on
const CIRCLE = '0 0 15 15'; // the box of its check mark; the arrow before what holds further fields has another
const PRESS = new Set(['Enter', ' ']);
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function describe(field) {
  const mark = field.querySelector('svg');
  if (mark === null) return;
  const single = mark.getAttribute('viewBox') === CIRCLE;
  field.tabIndex = 0;
  field.setAttribute('role', single ? 'checkbox' : 'button');
  if (single) field.setAttribute('aria-checked', String(mark.querySelector('path') !== null));
  else field.setAttribute('aria-expanded', String(mark.style.transform !== ''));
}

/** Clicks for Enter and the space bar, and a step to the field above or below for the arrows. */
function press(event) {
  const field = event.target;
  if (!field.matches(FIELD) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (PRESS.has(event.key)) field.click();
  else if (event.key in STEPS) {
    const fields = [...event.currentTarget.querySelectorAll(FIELD)];
    fields[fields.indexOf(field) + STEPS[event.key]]?.focus();
  } else return;
  event.preventDefault(); // the page would scroll
  event.stopPropagation();
}

function Accessible({ children }) {
  const place = useRef(null);
  useEffect(() => {
    const look = () => place.current.querySelectorAll(FIELD).forEach(describe);
    const observer = new MutationObserver(look);
    observer.observe(place.current, { subtree: true, childList: true, attributeFilter: ['style'] });
    look();
    return () => observer.disconnect();
  }, []);
  return h('div', { ref: place, className: 'parley-explorer', onKeyDownCapture: press }, children);
}

/** GraphiQL's plugin with its own icon, made accessible. */
export const accessible = (explorer) => ({
  ...explorer,
  title: 'Explorer',
  content: () => h(Accessible, null, h(explorer.content)),
});
