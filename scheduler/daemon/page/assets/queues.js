// SPDX-License-Identifier: Apache-2.0
// The overview: what the cluster has and who uses it, the tree of queues, why gangs wait, and what was
// decided last.

import {queueBar, partBar, reasonBars} from './bars.js';
import {decisionList} from './decisions.js';
import {h, setAttribute, setText} from './dom.js';
import {amount, count, duration, percent, resourceName} from './format.js';
import {queueTree, store} from './store.js';

export const queueAddress = (path) => `#/queue/${encodeURIComponent(path)}`;

const closed = new Set(); // queues whose children are folded away
let resource = 'cpu';

export const clusterHas = (name) => store.cluster.find((each) => each.resource === name)?.value || 0;

export function resourceNames() {
  const names = store.cluster.map((each) => each.resource).filter((name) => name !== 'pods');
  return names.length ? names : ['cpu'];
}

// Buttons of which one is pressed.
export function choice(label, options, value, onPick) {
  const buttons = options.map(([key, name]) => h('button', {type: 'button', 'aria-pressed': String(key === value), onclick: () => {
    for (const each of buttons) each.setAttribute('aria-pressed', String(each.dataset.key === key));
    onPick(key);
  }, 'data-key': key}, name));
  return h('div', {class: 'choice', role: 'group', 'aria-label': label}, buttons);
}

// The queues at the top, in sum: what they use and hold is what Muster gave out.
function sum(kind, name) {
  let total = 0;
  for (const queue of store.queues.values()) if (!queue.parent) total += queue[kind][name] || 0;
  return total;
}

function tiles() {
  const element = h('ul', {class: 'tiles', 'aria-label': 'Cluster'});
  const made = new Map();
  const tile = (key) => {
    if (!made.has(key)) {
      const name = h('span', {class: 'tile-name'});
      const value = h('span', {class: 'tile-value'});
      const more = h('span', {class: 'tile-more'});
      const used = h('span', {class: 'bar-used'});
      const held = h('span', {class: 'bar-held'});
      const track = h('span', {class: 'bar-track', 'aria-hidden': 'true'}, used, held);
      const item = h('li', {class: 'tile'}, name, value, track, more);
      element.append(item);
      made.set(key, {name, value, more, used, held, track});
    }
    return made.get(key);
  };
  const update = () => {
    if (!store.cluster.length) return;
    for (const name of resourceNames()) {
      const has = clusterHas(name);
      const used = sum('used', name);
      const held = sum('held', name);
      const t = tile(name);
      setText(t.name, resourceName(name));
      setText(t.value, has ? percent((used + held) / has) : '—');
      t.used.style.width = `${has ? Math.min(100, (used / has) * 100) : 0}%`;
      t.held.style.left = t.used.style.width;
      t.held.style.width = `${has ? Math.min(100, (held / has) * 100) : 0}%`;
      setText(t.more, `${amount(name, used)} used, ${amount(name, held)} held of ${amount(name, has)}`);
    }
    const tops = [...store.queues.values()].filter((queue) => !queue.parent);
    const total = (field) => tops.reduce((all, queue) => all + queue[field], 0);
    const gangs = tile('gangs');
    setText(gangs.name, 'Gangs');
    const waiting = total('waiting');
    const running = total('running');
    setText(gangs.value, count(waiting));
    gangs.used.style.width = `${waiting + running ? (running / (waiting + running)) * 100 : 0}%`;
    setText(gangs.more, `waiting, ${count(running)} running`);
    const oldest = tile('oldest');
    const times = tops.filter((queue) => queue.waiting && queue.oldest).map((queue) => queue.oldest);
    const since = Math.min(...times);
    setText(oldest.name, 'Oldest wait');
    setText(oldest.value, times.length ? duration((store.now() - since) / 1000) : '—');
    oldest.track.hidden = true;
    const worst = tops.find((queue) => queue.oldest === since && queue.waiting);
    setText(oldest.more, times.length ? `in ${worst.path}` : 'nothing waits');
  };
  return {element, update};
}

function row() {
  const fold = h('button', {type: 'button', class: 'fold'});
  const link = h('a', {href: '#/', class: 'queue-link'});
  const badge = h('span', {class: 'badge'});
  const bar = queueBar();
  const share = partBar();
  const weight = h('span', {class: 'number'});
  const running = h('span', {class: 'number'});
  const waiting = h('span', {class: 'number strong'});
  const oldest = h('span', {class: 'number'});
  const reasons = h('span', {class: 'reasons-short'});
  const name = h('span', {class: 'queue-name'}, fold, link, badge);
  const element = h('tr', {}, h('th', {scope: 'row', class: 'c-tree'}, name),
    h('td', {class: 'c-bar'}, bar.element), h('td', {class: 'c-share'}, share.element), h('td', {class: 'c-num'}, weight),
    h('td', {class: 'c-num'}, running), h('td', {class: 'c-num'}, waiting), h('td', {class: 'c-num c-oldest'}, oldest), h('td', {class: 'c-reasons'}, reasons));
  const update = (queue) => {
    name.style.setProperty('--depth', String(queue.depth));
    fold.hidden = queue.leaf;
    const open = !closed.has(queue.path);
    setAttribute(fold, 'aria-expanded', String(open));
    setAttribute(fold, 'aria-label', `${open ? 'Fold' : 'Unfold'} ${queue.path}`);
    fold.dataset.path = queue.path;
    setText(link, queue.name);
    setAttribute(link, 'href', queueAddress(queue.path));
    setAttribute(link, 'aria-label', queue.path);
    setText(badge, queue.state === 'open' ? '' : queue.state);
    badge.hidden = queue.state === 'open';
    bar.update(queue, resource, clusterHas(resource));
    share.update(queue.dominantShare);
    setText(weight, String(queue.weight));
    setText(running, count(queue.running));
    setText(waiting, count(queue.waiting));
    setText(oldest, queue.waiting && queue.oldest ? duration((store.now() - queue.oldest) / 1000) : '');
    const said = queue.leaf ? [...queue.reasons].sort((a, b) => b.gangs - a.gangs).map((each) => `${each.reason} ${count(each.gangs)}`).join(' · ') : '';
    setText(reasons, said);
    setAttribute(reasons, 'title', said);
  };
  return {element, update, fold, link};
}

function tree(onFold) {
  const body = h('tbody');
  const rows = new Map();
  const element = h('table', {class: 'tree', 'aria-label': 'Queues'},
    h('thead', {}, h('tr', {}, [['Queue', 'c-tree'], ['Used + held / max', 'c-bar'], ['Share of cluster', 'c-share'], ['Weight', 'c-num'], ['Running', 'c-num'], ['Waiting', 'c-num'], ['Oldest wait', 'c-num c-oldest'], ['Why they wait', 'c-reasons']]
      .map(([name, className]) => h('th', {scope: 'col', class: className}, name)))), body);
  element.addEventListener('click', (event) => {
    const button = event.target.closest('.fold');
    if (!button) return;
    const path = button.dataset.path;
    if (!closed.delete(path)) closed.add(path);
    onFold();
  });
  // Up and down between queues, left and right to fold and unfold.
  element.addEventListener('keydown', (event) => {
    const here = event.target.closest('tr');
    if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
    const near = {ArrowDown: here.nextElementSibling, ArrowUp: here.previousElementSibling}[event.key];
    const fold = here.querySelector('.fold:not([hidden])');
    if (near) {
      near.querySelector('.queue-link').focus();
    } else if (fold && ((event.key === 'ArrowLeft' && fold.ariaExpanded === 'true') || (event.key === 'ArrowRight' && fold.ariaExpanded === 'false'))) {
      fold.click();
    } else {
      return;
    }
    event.preventDefault();
  });
  const update = () => {
    const visible = queueTree().filter((queue) => ![...closed].some((path) => queue.path.startsWith(`${path}.`)));
    const paths = new Set(visible.map((queue) => queue.path));
    for (const [path, each] of rows) {
      if (!paths.has(path)) {
        each.element.remove();
        rows.delete(path);
      }
    }
    visible.forEach((queue, index) => {
      if (!rows.has(queue.path)) rows.set(queue.path, row());
      const each = rows.get(queue.path);
      each.update(queue);
      if (body.children[index] !== each.element) body.insertBefore(each.element, body.children[index] || null);
    });
  };
  return {element, update};
}

export const legend = () => h('ul', {class: 'legend', 'aria-label': 'Legend'},
  h('li', {}, h('span', {class: 'key key-used'}), 'used'),
  h('li', {}, h('span', {class: 'key key-held'}), 'held for members to come'),
  h('li', {}, h('span', {class: 'key key-guaranteed'}), 'guaranteed'),
  h('li', {}, h('span', {class: 'key key-limited'}), 'max'));

export function queuesView(main) {
  const top = tiles();
  const table = tree(() => update());
  const reasons = reasonBars((reason) => `#/gangs?state=waiting&reason=${encodeURIComponent(reason)}`);
  const none = h('p', {class: 'note'}, 'Nothing waits.');
  const latest = decisionList(12);
  const resources = h('div', {class: 'inline'});
  let names = '';
  main.replaceChildren(h('div', {class: 'view'},
    h('h1', {class: 'unseen'}, 'Overview'), top.element,
    h('div', {class: 'columns columns-side'},
      h('section', {class: 'panel', 'aria-labelledby': 'queues-head'},
        h('div', {class: 'panel-head'}, h('h2', {id: 'queues-head'}, 'Queues'), legend(), resources),
        h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Table of queues'}, table.element)),
      h('div', {class: 'side'},
        h('section', {class: 'panel', 'aria-labelledby': 'reasons-head'}, h('div', {class: 'panel-head'}, h('h2', {id: 'reasons-head'}, 'Why gangs wait')), reasons.element, none),
        h('section', {class: 'panel', 'aria-labelledby': 'latest-head'}, h('div', {class: 'panel-head'}, h('h2', {id: 'latest-head'}, 'Decided last'), h('a', {href: '#/decisions', class: 'more'}, 'all')), latest.element)))));
  function update(kinds) {
    const now = resourceNames().join(' ');
    if (now !== names) {
      names = now;
      resources.replaceChildren(choice('Resource of the bars', resourceNames().map((name) => [name, resourceName(name)]), resource, (key) => {
        resource = key;
        update();
      }));
    }
    if (!kinds || kinds.has('queues')) {
      top.update();
      table.update();
      const all = new Map();
      for (const queue of store.queues.values()) {
        if (queue.leaf) for (const {reason, gangs} of queue.reasons) all.set(reason, (all.get(reason) || 0) + gangs);
      }
      reasons.update([...all].map(([reason, gangs]) => ({reason, gangs})));
      none.hidden = all.size > 0 || store.queues.size === 0;
    }
    if (!kinds || kinds.has('decisions')) latest.update(store.decisions);
  }
  update();
  return {title: 'Queues', update, every: () => {
    top.update();
    table.update();
  }};
}

