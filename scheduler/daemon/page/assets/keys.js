// SPDX-License-Identifier: Apache-2.0
// Keys for whoever keeps the page open all day, and the dialog that lists them.

import {h} from './dom.js';

const PLACES = {q: ['#/', 'queues'], g: ['#/gangs', 'gangs'], n: ['#/nodes', 'nodes'], d: ['#/decisions', 'decisions'], c: ['#/cost', 'cost']};

function dialog() {
  const rows = [['/', 'search'], ...Object.entries(PLACES).map(([key, [, name]]) => [`g ${key}`, name]), ['t', 'colours'], ['↑ ↓', 'between rows'], ['← →', 'fold and unfold a queue'], ['Enter', 'open'], ['?', 'this']];
  const element = h('dialog', {class: 'help', 'aria-labelledby': 'help-head'}, h('h2', {id: 'help-head'}, 'Keyboard'),
    h('dl', {}, rows.map(([key, name]) => h('div', {}, h('dt', {}, key.split(' ').map((each) => h('kbd', {}, each))), h('dd', {}, name)))),
    h('button', {type: 'button', class: 'quiet', onclick: () => element.close()}, 'Close'));
  document.body.append(element);
  return element;
}

export function keys({search, theme, helpButton}) {
  let help = null;
  const showHelp = () => {
    help ||= dialog();
    help.showModal();
  };
  helpButton.addEventListener('click', showHelp);
  let goes = 0; // when "g" was pressed
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
    if (event.target.closest('input, select, textarea')) return;
    const pressed = goes && performance.now() - goes < 1500 ? PLACES[event.key] : undefined;
    goes = 0;
    if (pressed) {
      location.hash = pressed[0];
    } else if (event.key === 'g') {
      goes = performance.now();
      return;
    } else if (event.key === '/') {
      search.focus();
      search.select();
    } else if (event.key === 't') {
      theme();
    } else if (event.key === '?') {
      showHelp();
    } else {
      return;
    }
    event.preventDefault();
  });
}
