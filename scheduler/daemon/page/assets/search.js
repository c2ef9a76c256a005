// SPDX-License-Identifier: Apache-2.0
// The search in the head of the page: queues and gangs by part of a name, user or app. Enter goes to
// what is chosen, else to the filtered list.

import {h} from './dom.js';
import {gangAddress} from './gangs.js';
import {queueAddress} from './queues.js';
import {store} from './store.js';

const MOST_QUEUES = 4;
const MOST_GANGS = 8;

function find(text) {
  const wanted = text.toLowerCase();
  const hits = [];
  for (const queue of store.queues.values()) {
    if (hits.length < MOST_QUEUES && queue.path.toLowerCase().includes(wanted)) hits.push({kind: 'queue', name: queue.path, more: `${queue.waiting} waiting`, to: queueAddress(queue.path)});
  }
  let gangs = 0;
  for (const gang of store.gangs.values()) {
    if (!gang.text.includes(wanted)) continue;
    hits.push({kind: 'gang', name: gang.key, more: gang.app ? `${gang.app}, ${gang.state}` : gang.state, to: gangAddress(gang)});
    if (++gangs === MOST_GANGS) break;
  }
  hits.push({kind: 'all', name: `All gangs with “${text}”`, more: '', to: `#/gangs?search=${encodeURIComponent(text)}`});
  return hits;
}

export function searchBox(place) {
  const list = h('ul', {id: 'hits', role: 'listbox', 'aria-label': 'Found', hidden: true});
  const input = h('input', {id: 'search', type: 'search', role: 'combobox', 'aria-label': 'Search queues and gangs', 'aria-expanded': 'false', 'aria-controls': 'hits', 'aria-autocomplete': 'list', placeholder: 'Search queues, gangs, users, apps', autocomplete: 'off', spellcheck: 'false'});
  place.append(input, h('kbd', {'aria-hidden': 'true'}, '/'), list);
  let hits = [];
  let at = -1;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = (index) => {
    at = index;
    [...list.children].forEach((item, each) => item.setAttribute('aria-selected', String(each === at)));
    if (at >= 0) input.setAttribute('aria-activedescendant', `hit-${at}`);
    else input.removeAttribute('aria-activedescendant');
  };
  const go = (hit) => {
    close();
    input.value = '';
    // The view takes the focus only when it is shown: what is typed until then is not for the search.
    input.blur();
    location.hash = hit.to;
  };
  const open = () => {
    const text = input.value.trim();
    if (!text) return close();
    hits = find(text);
    list.replaceChildren(...hits.map((hit, index) => h('li', {id: `hit-${index}`, role: 'option', 'aria-selected': 'false', onpointerdown: (event) => {
      event.preventDefault();
      go(hit);
    }}, h('span', {class: 'hit-kind'}, hit.kind), h('span', {class: 'hit-name'}, hit.name), h('span', {class: 'hit-more'}, hit.more))));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    choose(-1);
  };
  input.addEventListener('input', open);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      if (list.hidden) input.blur();
      close();
    } else if (event.key === 'Enter' && !list.hidden) {
      go(hits[at >= 0 ? at : hits.length - 1]);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (list.hidden) return open();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      choose((at + step + hits.length + (at < 0 && step < 0 ? 1 : 0)) % hits.length);
      event.preventDefault();
    }
  });
  return input;
}
