// What our panels in GraphiQL's sidebar have in common.
import { createElement as h } from 'react';

/** A line drawing of 24 by 24 in the manner of GraphiQL's own icons. */
export const icon = (...paths) =>
  function Icon(props) {
    const pen = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5, strokeLinecap: 'round', strokeLinejoin: 'round' };
    return h('svg', { viewBox: '0 0 24 24', height: '1em', ...pen, ...props }, paths.map((d) => h('path', { key: d, d })));
  };

/** A panel with its heading. */
export const panel = (title, ...children) =>
  h('section', { className: 'parley-panel', 'aria-label': title }, h('h2', null, title), ...children);
