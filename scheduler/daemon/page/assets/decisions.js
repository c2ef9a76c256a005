// SPDX-License-Identifier: Apache-2.0
// What was decided, the newest first.

import {h, setText} from './dom.js';
import {clock, dateTime, plural} from './format.js';
import {store} from './store.js';

export function gangLink(key) {
  const slash = key.indexOf('/');
  if (slash < 0) return h('span', {}, key);
  return h('a', {href: `#/gang/${encodeURIComponent(key.slice(0, slash))}/${encodeURIComponent(key.slice(slash + 1))}`, class: 'plain'}, key);
}

const time = (at) => h('time', {datetime: new Date(at).toISOString(), title: dateTime(at)}, clock(at));

// A short list; `update` replaces it only when there is something new on top.
export function decisionList(most) {
  const element = h('ol', {class: 'latest'});
  let newest = -1;
  const update = (decisions) => {
    if ((decisions[0]?.number ?? 0) === newest) return;
    newest = decisions[0]?.number ?? 0;
    element.replaceChildren(...decisions.slice(0, most).map((each) => h('li', {}, time(each.at),
      h('span', {class: `kind kind-${each.kind}`}, each.kind), gangLink(each.gang))));
    if (decisions.length === 0) element.replaceChildren(h('li', {class: 'note'}, 'Nothing yet.'));
  };
  return {element, update};
}

export const decisionRow = (each) => h('tr', {}, h('td', {class: 'c-time'}, time(each.at)),
  h('td', {}, h('span', {class: `kind kind-${each.kind}`}, each.kind)),
  h('th', {scope: 'row', class: 'c-key'}, gangLink(each.gang)), h('td', {}, each.queue), h('td', {class: 'c-num'}, each.pods || ''),
  h('td', {class: 'c-text'}, each.reason && h('strong', {}, each.reason, ' '), each.message, each.other && [' for ', gangLink(each.other)]));

export const decisionTable = (label, rows) => h('table', {class: 'plain-rows', 'aria-label': label},
  h('thead', {}, h('tr', {}, ['Time', 'Decision', 'Gang', 'Queue', 'Pods', 'What'].map((name) => h('th', {scope: 'col', class: name === 'Pods' ? 'c-num' : undefined}, name)))),
  h('tbody', {}, rows));

export function decisionsView(main) {
  let kind = '';
  let newest = -1;
  const place = h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Table of decisions'});
  const pick = h('select', {onchange: (event) => {
    kind = event.target.value;
    newest = -1;
    update();
  }}, ['', 'start', 'complete', 'repair', 'grow', 'rehold', 'settle', 'wait', 'release', 'evict', 'claim'].map((each) => h('option', {value: each}, each || 'any')));
  const found = h('p', {class: 'found', role: 'status'});
  main.replaceChildren(h('div', {class: 'view'}, h('div', {class: 'head'}, h('h1', {}, 'Decisions'),
    h('div', {class: 'filters'}, h('label', {class: 'field'}, h('span', {}, 'Kind'), pick)), found), h('section', {class: 'panel'}, place)));
  function update(kinds) {
    if (kinds && !kinds.has('decisions')) return;
    if ((store.decisions[0]?.number ?? 0) === newest) return;
    newest = store.decisions[0]?.number ?? 0;
    const rows = store.decisions.filter((each) => !kind || each.kind === kind);
    setText(found, plural(rows.length, 'decision'));
    place.replaceChildren(decisionTable('Decisions', rows.map(decisionRow)));
  }
  update();
  return {title: 'Decisions', update};
}
