// SPDX-License-Identifier: Apache-2.0
// What work asked for, what was held idle and what evictions threw away: by queue, namespace, user,
// app or type of node, the dearest first.

import {ask} from './api.js';
import {partBar} from './bars.js';
import {h, setText} from './dom.js';
import {bytes, dateTime, inBytes, percent, resourceName, short} from './format.js';
import {choice} from './queues.js';

const BY = [['queue', 'Queue'], ['namespace', 'Namespace'], ['user', 'User'], ['app', 'App'], ['node', 'Node type']];
const HOUR = 3600;
let by = 'queue';

const hours = (resource, value) => (inBytes(resource) ? `${bytes(value / HOUR)} h` : `${short(value / HOUR)} h`);

function byKey(rows) {
  const keys = new Map();
  for (const row of rows) {
    if (!keys.has(row.key)) keys.set(row.key, {key: row.key, money: 0, resources: new Map()});
    const entry = keys.get(row.key);
    entry.money += Number(row.money || 0);
    entry.resources.set(row.resource, {requested: Number(row.requested || 0), idle: Number(row.held_idle || 0), lost: Number(row.lost || 0)});
  }
  return [...keys.values()].sort((a, b) => b.money - a.money || (b.resources.get('cpu')?.requested || 0) - (a.resources.get('cpu')?.requested || 0) || (a.key < b.key ? -1 : 1));
}

function costTable(answer) {
  const rows = byKey(answer.rows || []);
  const resources = [...new Set((answer.rows || []).map((row) => row.resource))].filter((name) => name !== 'pods');
  const money = rows.some((row) => row.money > 0);
  const most = Math.max(1e-9, ...rows.map((row) => row.money));
  const body = rows.map((row) => {
    const cpu = row.resources.get('cpu') || [...row.resources.values()][0] || {requested: 0, idle: 0, lost: 0};
    const part = (value) => (cpu.requested + cpu.idle > 0 ? percent(value / (cpu.requested + cpu.idle)) : '');
    const bar = partBar();
    bar.update(row.money / most, row.money.toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2}));
    return h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, row.key || '—'), money && h('td', {class: 'c-part'}, bar.element),
      resources.map((name) => h('td', {class: 'c-num'}, row.resources.has(name) ? hours(name, row.resources.get(name).requested) : '')),
      h('td', {class: 'c-num'}, part(cpu.idle)), h('td', {class: 'c-num'}, part(cpu.lost)));
  });
  const heads = [[BY.find(([key]) => key === by)[1]], ...(money ? [[`Cost${answer.currency ? ` in ${answer.currency}` : ''}`]] : []), ...resources.map((name) => [`${resourceName(name)} requested`, 'c-num']), ['Held idle', 'c-num'], ['Lost to eviction', 'c-num']];
  return h('table', {class: 'plain-rows', 'aria-label': 'Cost'}, h('thead', {}, h('tr', {}, heads.map(([name, className]) => h('th', {scope: 'col', class: className}, name)))), h('tbody', {}, body));
}

export function costView(main) {
  const place = h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Table of cost'});
  const note = h('p', {class: 'found', role: 'status'});
  let abort = new AbortController();
  async function load() {
    abort.abort();
    abort = new AbortController();
    try {
      const answer = await ask('cost', {group_by: by}, abort.signal);
      const covered = answer.since && answer.until ? `${dateTime(Date.parse(answer.since))} to ${dateTime(Date.parse(answer.until))}` : '';
      const empty = !(answer.rows || []).length;
      setText(note, empty ? 'Nothing was used yet.' : covered);
      place.replaceChildren(...(empty ? [] : [costTable(answer)]));
    } catch (error) {
      if (error.name === 'AbortError') return;
      place.replaceChildren();
      setText(note, error.message);
    }
  }
  main.replaceChildren(h('div', {class: 'view'}, h('div', {class: 'head'}, h('h1', {}, 'Cost and waste'), choice('Group by', BY, by, (key) => {
    by = key;
    load();
  }), note), h('section', {class: 'panel'}, place), h('p', {class: 'note'}, 'As CSV: muster cost. Held idle and lost are parts of CPU hours; money needs a table of prices in the config.')));
  load();
  const timer = setInterval(load, 15000);
  return {title: 'Cost', update() {}, close() {
    abort.abort();
    clearInterval(timer);
  }};
}
