// SPDX-License-Identifier: Apache-2.0
// Nodes by zone: how full each is, as a map and, for whoever prefers it, as a table.

import {ask} from './api.js';
import {partBar} from './bars.js';
import {h, setAttribute, setText} from './dom.js';
import {amount, count, percent, plural, resourceName} from './format.js';
import {choice} from './queues.js';
import {asAmounts} from './store.js';

const AGAIN = 3000;
let shape = 'map';

async function allNodes(signal) {
  const nodes = [];
  let token = '';
  do {
    const page = await ask('nodes', {page_size: 5000, page_token: token}, signal);
    nodes.push(...(page.nodes || []));
    token = page.next_page_token || '';
  } while (token);
  return nodes.map((from) => ({
    name: from.name, zone: from.zone || 'no zone', type: from.instance_type || '', unschedulable: Boolean(from.unschedulable),
    pods: Number(from.pods || 0), share: Number(from.used_share || 0),
    allocatable: asAmounts(from.allocatable), used: asAmounts(from.used), held: asAmounts(from.held),
  }));
}

const level = (share) => (share <= 0 ? 0 : Math.min(5, 1 + Math.floor(share * 4.999)));

function told(node) {
  const parts = [`${node.name}: ${percent(node.share)} full`, plural(node.pods, 'pod')];
  for (const [name, has] of Object.entries(node.allocatable)) {
    if (name === 'pods' || !has) continue;
    const held = node.held[name] ? ` + ${amount(name, node.held[name])} held` : '';
    parts.push(`${amount(name, node.used[name] || 0)}${held} of ${amount(name, has)} ${resourceName(name)}`);
  }
  if (node.type) parts.push(node.type);
  if (node.unschedulable) parts.push('unschedulable');
  return parts.join(' · ');
}

function heatMap(onLook) {
  const element = h('div', {class: 'zones'});
  const zones = new Map();
  const cells = new Map();
  let current = null;
  const look = (cell) => {
    if (current) current.tabIndex = -1;
    current = cell;
    cell.tabIndex = 0;
    onLook(cell.dataset.told);
  };
  element.addEventListener('focusin', (event) => event.target.classList.contains('cell') && look(event.target));
  element.addEventListener('pointerover', (event) => event.target.classList.contains('cell') && onLook(event.target.dataset.told));
  element.addEventListener('keydown', (event) => {
    const cell = event.target.closest('.cell');
    if (!cell) return;
    const list = [...cell.parentNode.children];
    const columns = Math.max(1, list.filter((each) => each.offsetTop === list[0].offsetTop).length);
    const at = list.indexOf(cell);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: list.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = list[to] || (to < 0 ? zoneBeside(cell, -1)?.lastElementChild : zoneBeside(cell, 1)?.firstElementChild);
    next?.focus();
  });
  const zoneBeside = (cell, by) => {
    const all = [...element.querySelectorAll('.cells')];
    return all[all.indexOf(cell.parentNode) + by];
  };
  function update(nodes) {
    const byZone = Map.groupBy ? Map.groupBy(nodes, (node) => node.zone) : nodes.reduce((map, node) => map.set(node.zone, [...(map.get(node.zone) || []), node]), new Map());
    const names = new Set(nodes.map((node) => node.name));
    for (const [name, cell] of cells) if (!names.has(name)) (cell.remove(), cells.delete(name));
    for (const zone of [...byZone.keys()].sort()) {
      if (!zones.has(zone)) {
        const note = h('span', {class: 'found'});
        const list = h('div', {class: 'cells', role: 'list', 'aria-label': `Nodes of ${zone}`});
        const section = h('section', {class: 'panel', 'aria-label': zone}, h('div', {class: 'panel-head'}, h('h2', {}, zone), note), list);
        zones.set(zone, {note, list, section});
        element.append(section);
      }
      const {note, list} = zones.get(zone);
      const members = byZone.get(zone);
      const mean = members.reduce((sum, node) => sum + node.share, 0) / members.length;
      setText(note, `${plural(members.length, 'node')}, ${percent(mean)} full on average`);
      members.forEach((node, index) => {
        let cell = cells.get(node.name);
        if (!cell) {
          cell = h('div', {class: 'cell', role: 'listitem', tabindex: -1});
          cells.set(node.name, cell);
        }
        cell.dataset.told = told(node);
        setAttribute(cell, 'aria-label', cell.dataset.told);
        setAttribute(cell, 'class', `cell heat-${level(node.share)}${node.unschedulable ? ' cell-off' : ''}`);
        setText(cell, node.unschedulable ? '×' : String(Math.round(node.share * 100)));
        if (list.children[index] !== cell) list.insertBefore(cell, list.children[index] || null);
      });
    }
    for (const [zone, {section}] of zones) if (!byZone.has(zone)) (section.remove(), zones.delete(zone));
    if (!current || !current.isConnected) {
      current = element.querySelector('.cell');
      if (current) current.tabIndex = 0;
    }
  }
  return {element, update, focus: (name) => cells.get(name)?.focus()};
}

function nodeTable(nodes) {
  const rows = nodes.map((node) => {
    const full = partBar();
    full.update(node.share);
    const pair = (name) => (node.allocatable[name] ? `${amount(name, (node.used[name] || 0) + (node.held[name] || 0))} of ${amount(name, node.allocatable[name])}` : '');
    return h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, node.name), h('td', {}, node.zone), h('td', {}, node.type), h('td', {class: 'c-part'}, full.element),
      h('td', {class: 'c-num'}, pair('cpu')), h('td', {class: 'c-num'}, pair('memory')), h('td', {class: 'c-num'}, count(node.pods)), h('td', {}, node.unschedulable ? 'unschedulable' : ''));
  });
  return h('table', {class: 'plain-rows', 'aria-label': 'Nodes'}, h('thead', {}, h('tr', {}, [['Node'], ['Zone'], ['Type'], ['Full'], ['CPU', 'c-num'], ['Memory', 'c-num'], ['Pods', 'c-num'], ['']].map(([name, className]) => (name ? h('th', {scope: 'col', class: className}, name) : h('td'))))), h('tbody', {}, rows));
}

export function nodesView(main, parameters) {
  const looked = h('p', {class: 'looked', role: 'status'}, 'Point at a node, or move with the arrow keys.');
  const map = heatMap((text) => setText(looked, text));
  const place = h('div', {});
  const found = h('span', {class: 'found'});
  const scale = h('ul', {class: 'legend', 'aria-label': 'Legend'}, [['empty', 0], ['< 20 %', 1], ['40', 2], ['60', 3], ['80', 4], ['100 %', 5]].map(([name, step]) => h('li', {}, h('span', {class: `key heat-${step}`}), name)),
    h('li', {}, h('span', {class: 'key cell-off'}, '×'), 'unschedulable'));
  main.replaceChildren(h('div', {class: 'view'}, h('div', {class: 'head'}, h('h1', {}, 'Nodes'), choice('Shape', [['map', 'Map'], ['table', 'Table']], shape, (key) => {
    shape = key;
    draw();
  }), scale, found), looked, place));
  let nodes = [];
  let wanted = parameters.get('node');
  let timer = 0;
  const abort = new AbortController();
  function draw() {
    looked.hidden = shape !== 'map';
    scale.hidden = shape !== 'map';
    if (shape === 'map') {
      map.update(nodes);
      if (place.firstChild !== map.element) place.replaceChildren(map.element);
      if (wanted && nodes.length) {
        map.focus(wanted);
        wanted = '';
      }
    } else {
      place.replaceChildren(h('section', {class: 'panel'}, h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'Table of nodes'}, nodeTable(nodes))));
    }
    setText(found, plural(nodes.length, 'node'));
  }
  async function load() {
    try {
      nodes = await allNodes(abort.signal);
      draw();
    } catch (error) {
      if (error.name === 'AbortError') return;
      setText(looked, error.message);
    }
    timer = setTimeout(load, AGAIN);
  }
  load();
  return {title: 'Nodes', update() {}, close() {
    abort.abort();
    clearTimeout(timer);
  }};
}
