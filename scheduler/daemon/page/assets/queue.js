// SPDX-License-Identifier: Apache-2.0
// One queue: its limits and use in every resource, why its gangs wait, and the time line of its gangs.

import {queueBar, reasonBars} from './bars.js';
import {h, setText} from './dom.js';
import {count, duration, percent, resourceName} from './format.js';
import {gangRows, gangTable, stateChoice} from './gangs.js';
import {clusterHas, legend, queueAddress, resourceNames} from './queues.js';
import {store} from './store.js';

const crumbs = (path) => {
  const parts = path.split('.');
  return h('nav', {class: 'crumbs', 'aria-label': 'Path of the queue'}, h('a', {href: '#/'}, 'Queues'),
    parts.map((part, index) => [h('span', {'aria-hidden': 'true'}, '/'),
      index === parts.length - 1 ? h('span', {'aria-current': 'page'}, part) : h('a', {href: queueAddress(parts.slice(0, index + 1).join('.'))}, part)]));
};

function facts(queue) {
  const said = [`weight ${queue.weight}`];
  if (queue.leaf) said.push(`order ${queue.order || 'fifo'}${queue.backfill ? ' with backfill' : ''}`);
  if (queue.priority) said.push(`priority ${queue.priority}`);
  said.push(`${percent(queue.dominantShare)} of the cluster's ${resourceName(queue.dominantResource || 'cpu')}`);
  said.push(`${count(queue.running)} running, ${count(queue.waiting)} waiting`);
  if (queue.waiting && queue.oldest) said.push(`oldest for ${duration((store.now() - queue.oldest) / 1000)}`);
  return said;
}

export function queueView(main, path) {
  const badge = h('span', {class: 'badge', hidden: true});
  const line = h('p', {class: 'facts'});
  const bars = h('dl', {class: 'big-bars'});
  const made = new Map();
  const reasons = reasonBars((reason) => `#/gangs?state=waiting&queue=${encodeURIComponent(path)}&reason=${encodeURIComponent(reason)}`);
  const table = gangTable(`Gangs of ${path}`, false);
  let state = '';
  const states = stateChoice((picked) => {
    state = picked;
    update();
  });
  const missing = h('p', {class: 'note', hidden: true}, 'There is no such queue.');
  main.replaceChildren(h('div', {class: 'view view-fill'}, crumbs(path),
    h('div', {class: 'head'}, h('h1', {}, path, ' ', badge), line), missing,
    h('div', {class: 'columns columns-even'},
      h('section', {class: 'panel', 'aria-labelledby': 'use-head'}, h('div', {class: 'panel-head'}, h('h2', {id: 'use-head'}, 'Use'), legend()), bars),
      h('section', {class: 'panel', 'aria-labelledby': 'why-head'}, h('div', {class: 'panel-head'}, h('h2', {id: 'why-head'}, 'Why its gangs wait')), reasons.element)),
    h('div', {class: 'panel-head bare'}, h('h2', {}, 'Gangs'), states.element, h('div', {class: 'inline'}, table.spans)), table.element));
  function head() {
    const queue = store.queues.get(path);
    missing.hidden = Boolean(queue) || store.queues.size === 0;
    if (!queue) return;
    setText(badge, queue.state);
    badge.hidden = queue.state === 'open';
    setText(line, facts(queue).join(' · '));
    for (const name of resourceNames()) {
      if (!made.has(name)) {
        const bar = queueBar();
        made.set(name, bar);
        bars.append(h('dt', {}, resourceName(name)), h('dd', {}, bar.element));
      }
      made.get(name).update(queue, name, clusterHas(name));
    }
    reasons.update(queue.reasons);
  }
  function update(kinds) {
    if (!kinds || kinds.has('queues')) head();
    if (kinds && !kinds.has('gangs')) return;
    const rows = gangRows({queue: path});
    states.update(rows, state);
    table.update(state ? rows.filter((gang) => gang.state === state) : rows);
  }
  update();
  return {title: path, update, close: table.close, every: () => {
    head();
    table.refresh();
  }};
}
