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

const fieldsOf = (place) => [...place.querySelectorAll(FIELD)];

/** Whether it was ours: clicks for Enter and the space bar, and a step to the field above or below for the arrows. */
function pressed({ key }, field, fields) {
  if (PRESS.has(key)) field.click();
  else if (key in STEPS) fields[fields.indexOf(field) + STEPS[key]]?.focus();
  else return false;
  return true;
}

function Accessible({ children }) {
  const place = useRef(null);
  const last = useRef({});
  useEffect(() => {
    const look = () => {
      const fields = fieldsOf(place.current);
      fields.forEach(describe);
      // The plugin draws a field anew when it opens or shuts; what is above it stays, and so does its number.
      const { field, number } = last.current;
      if (field?.isConnected === false && document.activeElement === document.body) fields[number]?.focus();
    };
    const observer = new MutationObserver(look);
    observer.observe(place.current, { subtree: true, childList: true, attributeFilter: ['style'] });
    look();
    return () => observer.disconnect();
  }, []);

  const press = (event) => {
    const field = event.target;
    if (!field.matches(FIELD) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!pressed(event, field, fieldsOf(place.current))) return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
  };
  const remember = ({ target }) => {
    last.current = target.matches(FIELD) ? { field: target, number: fieldsOf(place.current).indexOf(target) } : {};
  };
  return h('div', { ref: place, className: 'parley-explorer', onKeyDownCapture: press, onFocus: remember }, children);
}

/** GraphiQL's plugin with its own icon, made accessible. */
export const accessible = (explorer) => ({
  ...explorer,
  title: 'Explorer',
  content: () => h(Accessible, null, h(explorer.content)),
});
