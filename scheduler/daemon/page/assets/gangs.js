// SPDX-License-Identifier: Apache-2.0
// Gangs as rows with their time line: of one queue or of all, filtered, in an order that changes only
// when they do.

import {ask} from './api.js';
import {h, icon, setAttribute, setText} from './dom.js';
import {amount, count, duration, plural} from './format.js';
import {choice} from './queues.js';
import {asGang, queueTree, store, under} from './store.js';
import {virtualTable} from './table.js';

const ROW = 34;
const WINDOWS = [['15 min', 900], ['1 h', 3600], ['6 h', 21600], ['24 h', 86400]];
const STATES = ['waiting', 'starting', 'running', 'degraded', 'evicted', 'ended'];
const ORDER = {evicted: 0, degraded: 1, starting: 2, running: 3, waiting: 4, ended: 5};

let span = 3600;

const text = (className) => {
  const element = h('span', {class: className});
  return {element, set: (value) => setText(element, value)};
};

// Name, and under it what a person calls it.
function nameCell() {
  const name = h('span', {class: 'gang-name'});
  const app = h('span', {class: 'gang-app'});
  const link = h('a', {href: '#/', class: 'gang-link'}, name, app);
  return {element: link, update(gang) {
    setAttribute(link, 'href', gangAddress(gang));
    setText(name, gang.key);
    setText(app, gang.app);
    setAttribute(link, 'title', gang.app ? `${gang.key} (${gang.app})` : gang.key);
  }};
}

export const gangAddress = ({namespace, name}) => `#/gang/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

export function stateMark() {
  const element = h('span', {class: 'state'});
  let last = '';
  return {element, update(gang) {
    const said = gang.state === 'ended' && gang.evicted ? 'evicted' : gang.state;
    if (said === last) return;
    last = said;
    element.replaceChildren(icon(said), said);
    setAttribute(element, 'class', `state state-${said}`);
  }};
}

function whyCell() {
  const code = h('span', {class: 'why-code'});
  const message = h('span', {class: 'why-text'});
  const element = h('span', {class: 'why'}, code, message);
  return {element, update(gang) {
    setText(code, gang.reason);
    setText(message, gang.message);
    setAttribute(element, 'title', gang.message);
  }};
}

export const members = (gang) => (gang.state === 'waiting' ? `0 / ${gang.minimum}` : `${gang.bound}${gang.held ? ` + ${gang.held}` : ''} / ${gang.minimum}`);

function membersCell() {
  const {element, set} = text('number');
  return {element, update(gang) {
    set(members(gang));
    setAttribute(element, 'title', `${gang.bound} bound, ${gang.held} held, ${gang.minimum} needed to start`);
  }};
}

function numberCell(value) {
  const {element, set} = text('number');
  return {element, update: (gang) => set(value(gang))};
}

// From arrival to start, from start to now or the end; on the right is now.
function timelineCell() {
  const waited = h('span', {class: 'line-waited'});
  const ran = h('span', {class: 'line-ran'});
  const mark = h('span', {class: 'line-mark'}, icon('evicted'));
  const element = h('span', {class: 'line', role: 'img'}, waited, ran, mark);
  return {element, update(gang) {
    const now = store.now();
    const place = (ms) => Math.min(100, Math.max(0, 100 - ((now - ms) / 1000 / span) * 100));
    const end = gang.ended || now;
    const start = gang.began || end;
    const put = (part, from, to) => {
      part.hidden = place(to) <= place(from) && to !== from;
      part.style.left = `${place(from).toFixed(2)}%`;
      part.style.width = `max(2px, ${(place(to) - place(from)).toFixed(2)}%)`;
    };
    waited.hidden = !gang.created;
    ran.hidden = !gang.began;
    if (gang.created) put(waited, gang.created, start);
    if (gang.began) put(ran, gang.began, end);
    ran.classList.toggle('line-held', gang.held > 0 && !gang.ended);
    ran.classList.toggle('line-ended', Boolean(gang.ended));
    mark.hidden = gang.state !== 'evicted' && !gang.evicted;
    mark.style.left = `${place(end).toFixed(2)}%`;
    const parts = [`waited ${duration((start - gang.created) / 1000)}`];
    if (gang.began) parts.push(`ran ${duration((end - gang.began) / 1000)}`);
    if (gang.held) parts.push(`${plural(gang.held, 'member')} held`);
    if (!mark.hidden) parts.push('evicted');
    setAttribute(element, 'aria-label', parts.join(', '));
    setAttribute(element, 'title', parts.join(', '));
  }};
}

function axis() {
  const ticks = [0.75, 0.5, 0.25].map((part) => h('span', {class: 'axis-tick'}));
  const label = () => ticks.forEach((tick, index) => {
    const part = [0.75, 0.5, 0.25][index];
    tick.style.left = `${100 - part * 100}%`;
    setText(tick, `−${duration(span * part).replace(/ 00 [sm]$/, '')}`);
  });
  label();
  return {element: h('span', {class: 'axis'}, h('span', {class: 'unseen'}, 'Time line'), ticks, h('span', {class: 'axis-now'}, 'now')), label};
}

const ahead = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function inOrder(a, b) {
  return ORDER[a.state] - ORDER[b.state] || ahead(a.queue, b.queue) ||
    (a.state === 'waiting' ? (a.position || 1e9) - (b.position || 1e9) : b.began - a.began) || ahead(a.key, b.key);
}

// All gangs in order. It begins from the order before: what is almost sorted is sorted in one pass.
let sorted = [];
let sortedAt = -1;

function gangsInOrder() {
  if (sortedAt === store.version) return sorted;
  const seen = new Set();
  const next = [];
  const take = (gang) => {
    if (!gang || seen.has(gang.key)) return;
    seen.add(gang.key);
    next.push(gang);
  };
  for (const {key} of sorted) take(store.gangs.get(key) || store.ended.get(key));
  for (const gang of store.gangs.values()) take(gang);
  for (const gang of store.ended.values()) take(gang);
  sorted = next.sort(inOrder);
  sortedAt = store.version;
  return sorted;
}

// filter: {queue, reason, search}
export function gangRows(filter) {
  const search = (filter.search || '').toLowerCase();
  return gangsInOrder().filter((gang) => (!filter.queue || under(gang.queue, filter.queue)) &&
    (!filter.reason || gang.reason === filter.reason) && (!search || gang.text.includes(search)));
}

export function gangTable(label, withQueue) {
  const time = axis();
  const columns = [
    {name: 'Gang', class: 'c-gang', make: nameCell},
    {name: 'State', class: 'c-state', make: stateMark},
    ...(withQueue ? [{name: 'Queue', class: 'c-queue', make: () => {
      const element = h('a', {href: '#/', tabindex: -1, class: 'plain'});
      return {element, update(gang) {
        setAttribute(element, 'href', `#/queue/${encodeURIComponent(gang.queue)}`);
        setText(element, gang.queue || '—');
      }};
    }}] : []),
    {name: 'Place', class: 'c-place', make: () => numberCell((gang) => (gang.position ? count(gang.position) : ''))},
    {name: 'Waited', class: 'c-wait', make: () => numberCell((gang) => (gang.created ? duration(((gang.began || gang.ended || store.now()) - gang.created) / 1000) : ''))},
    {name: 'Members', class: 'c-members', make: membersCell},
    {name: 'CPU', class: 'c-cpu', make: () => numberCell((gang) => (gang.needs.cpu ? amount('cpu', gang.needs.cpu) : ''))},
    {name: 'Why it waits', class: 'c-why', make: whyCell},
    {name: 'Time line', class: 'c-line', head: time.element, make: timelineCell},
  ];
  const table = virtualTable({label, columns, height: ROW, empty: 'No gang here.'});
  const spans = choice('Length of the time line', WINDOWS.map(([name, value]) => [String(value), name]), String(span), (value) => {
    span = Number(value);
    time.label();
    table.refresh();
  });
  return {...table, spans};
}

// All, and each state that is there, with its number, to narrow a list down to it.
export function stateChoice(onPick) {
  const element = h('div', {class: 'inline-start'});
  let last = null;
  const update = (rows, picked) => {
    const counts = new Map();
    for (const gang of rows) counts.set(gang.state, (counts.get(gang.state) || 0) + 1);
    if (picked && !counts.has(picked)) counts.set(picked, 0);
    const options = [['', `all ${count(rows.length)}`], ...STATES.filter((state) => counts.has(state)).map((state) => [state, `${state} ${count(counts.get(state))}`])];
    const names = options.map(([key]) => key).join(' ');
    // The buttons stay while only numbers change, so that the focus stays, too.
    if (names !== last) element.replaceChildren(choice('State', options, picked, onPick));
    else options.forEach(([, name], index) => setText(element.firstChild.children[index], name));
    last = names;
  };
  return {element, update};
}

const select = (label, options, value, onPick) => h('label', {class: 'field'}, h('span', {}, label),
  h('select', {onchange: (event) => onPick(event.target.value)}, options.map(([key, name]) => h('option', {value: key, selected: key === value}, name))));

// The view of all gangs; what is filtered stands in the address.
export function gangsView(main, parameters, go) {
  const filter = {state: parameters.get('state') || '', reason: parameters.get('reason') || '', queue: parameters.get('queue') || '', search: parameters.get('search') || ''};
  const pick = (name) => (value) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(name, value);
    else next.delete(name);
    go(`#/gangs${next.size ? `?${next}` : ''}`);
  };
  const reasons = () => [...new Set([...store.queues.values()].flatMap((queue) => queue.reasons.map((each) => each.reason)))].sort();
  const found = h('p', {class: 'found', role: 'status'});
  const search = h('input', {type: 'search', value: filter.search, placeholder: 'part of a name, user or app', spellcheck: 'false', autocomplete: 'off'});
  let typing = 0;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      filter.search = search.value.trim();
      const next = new URLSearchParams(parameters);
      if (filter.search) next.set('search', filter.search);
      else next.delete('search');
      history.replaceState(null, '', `#/gangs${next.size ? `?${next}` : ''}`);
      update();
    }, 60);
  });
  const table = gangTable('Gangs', true);
  const states = stateChoice(pick('state'));
  const known = reasons();
  if (filter.reason && !known.includes(filter.reason)) known.push(filter.reason);
  main.replaceChildren(h('div', {class: 'view view-fill'},
    h('div', {class: 'head'}, h('h1', {}, 'Gangs'),
      h('form', {class: 'filters', role: 'search', 'aria-label': 'Filter gangs', onsubmit: (event) => event.preventDefault()},
        h('label', {class: 'field'}, h('span', {}, 'Search'), search),
        select('Queue', [['', 'all'], ...queueTree().map((queue) => [queue.path, queue.path])], filter.queue, pick('queue')),
        select('Reason', [['', 'any'], ...known.map((each) => [each, each])], filter.reason, pick('reason'))),
      h('div', {class: 'inline'}, table.spans)),
    h('div', {class: 'head'}, states.element, found),
    table.element));

  let remote = null; // what the server found where not all gangs are here
  let asked = '';
  async function askServer() {
    const key = JSON.stringify(filter);
    if (asked === key) return;
    asked = key;
    try {
      const answer = await ask('gangs', {search: filter.search, state: filter.state, queue: filter.queue, reason: filter.reason, page_size: 1000});
      if (asked === key) remote = {rows: (answer.gangs || []).map(asGang), total: Number(answer.total || 0)};
    } catch {
      remote = null;
    }
    update();
  }
  function update() {
    const narrowed = filter.search || filter.state || filter.queue || filter.reason;
    const beyond = !store.whole && store.gangs.size >= 20000 && narrowed;
    if (beyond) askServer();
    const matching = beyond && remote ? remote.rows : gangRows(filter);
    const rows = filter.state ? matching.filter((gang) => gang.state === filter.state) : matching;
    states.update(matching, filter.state);
    const all = store.total + store.ended.size;
    setText(found, !store.loaded ? 'asking…' : narrowed ? `${count(rows.length)} of ${plural(all, 'gang')}` : store.whole ? plural(store.total, 'gang') : `${count(rows.length)} of ${plural(store.total, 'gang')}`);
    table.update(rows);
  }
  update();
  return {title: 'Gangs', update, every: table.refresh, close: table.close};
}

