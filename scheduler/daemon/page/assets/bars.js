// SPDX-License-Identifier: Apache-2.0
// Bars of what a queue uses, holds, is guaranteed and may have at most. Each bar has its numbers beside
// it and in its label, so that none is told by colour or length alone.

import {h, setAttribute, setText} from './dom.js';
import {amount, percent, resourceName} from './format.js';

const within = (part) => `${Math.min(100, Math.max(0, part * 100)).toFixed(2)}%`;

// The scale is the queue's max, else what the cluster has.
export function queueBar() {
  const used = h('span', {class: 'bar-used'});
  const held = h('span', {class: 'bar-held'});
  const guaranteed = h('span', {class: 'bar-guaranteed'});
  const track = h('span', {class: 'bar-track'}, used, held, guaranteed);
  const numbers = h('span', {class: 'bar-numbers'});
  const element = h('span', {class: 'bar', role: 'img'}, track, numbers);
  const update = (queue, resource, cluster) => {
    const has = (amounts) => amounts[resource] !== undefined;
    const inUse = queue.used[resource] || 0;
    const kept = queue.held[resource] || 0;
    const scale = Math.max(has(queue.max) ? queue.max[resource] : cluster, inUse + kept, 1e-9);
    used.style.width = within(inUse / scale);
    held.style.left = within(inUse / scale);
    held.style.width = within(kept / scale);
    guaranteed.hidden = !has(queue.guaranteed);
    if (has(queue.guaranteed)) guaranteed.style.left = within(queue.guaranteed[resource] / scale);
    track.classList.toggle('bar-limited', has(queue.max));
    track.classList.toggle('bar-full', has(queue.max) && inUse + kept >= queue.max[resource] * 0.995);
    const said = (value) => amount(resource, value);
    setText(numbers, `${said(inUse)}${kept ? ` + ${said(kept)}` : ''}${has(queue.max) ? ` / ${said(queue.max[resource])}` : ''}`);
    const parts = [`${said(inUse)} used`, `${said(kept)} held`];
    parts.push(has(queue.guaranteed) ? `${said(queue.guaranteed[resource])} guaranteed` : 'nothing guaranteed');
    parts.push(has(queue.max) ? `at most ${said(queue.max[resource])}` : 'no max');
    const label = `${resourceName(resource)}: ${parts.join(', ')}`;
    setAttribute(element, 'aria-label', label);
    setAttribute(element, 'title', label);
  };
  return {element, update};
}

// One part of a whole, as in tables: the number, and a line under it.
export function partBar() {
  const fill = h('span', {class: 'part-fill'});
  const text = h('span', {class: 'part-text'});
  const element = h('span', {class: 'part'}, text, h('span', {class: 'part-track', 'aria-hidden': 'true'}, fill));
  return {element, update: (part, said = percent(part)) => {
    fill.style.width = within(part);
    setText(text, said);
  }};
}

// How many wait for which reason: a row each, the longest first.
export function reasonBars(onPick) {
  const element = h('ul', {class: 'reasons'});
  const rows = new Map();
  const update = (reasons) => {
    const sorted = [...reasons].sort((a, b) => b.gangs - a.gangs || (a.reason < b.reason ? -1 : 1));
    const most = Math.max(1, ...sorted.map((each) => each.gangs));
    for (const [reason, row] of rows) {
      if (!sorted.some((each) => each.reason === reason)) {
        row.item.remove();
        rows.delete(reason);
      }
    }
    sorted.forEach(({reason, gangs}, index) => {
      let row = rows.get(reason);
      if (!row) {
        const fill = h('span', {class: 'reason-fill'});
        const number = h('span', {class: 'reason-count'});
        const link = h('a', {href: onPick(reason), class: 'reason-link'}, h('span', {class: 'reason-name'}, reason), number);
        row = {fill, number, item: h('li', {}, link, h('span', {class: 'reason-track', 'aria-hidden': 'true'}, fill))};
        rows.set(reason, row);
      }
      setText(row.number, gangs.toLocaleString('en'));
      row.fill.style.width = within(gangs / most);
      if (element.children[index] !== row.item) element.insertBefore(row.item, element.children[index] || null);
    });
    element.hidden = sorted.length === 0;
  };
  return {element, update};
}
