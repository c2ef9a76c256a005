// SPDX-License-Identifier: Apache-2.0
// The page: which view stands in the address, what is live, which colours.

import {costView} from './cost.js';
import {decisionsView} from './decisions.js';
import {h, setText} from './dom.js';
import {gangView} from './gang.js';
import {gangsView} from './gangs.js';
import {keys} from './keys.js';
import {nodesView} from './nodes.js';
import {queueView} from './queue.js';
import {queuesView} from './queues.js';
import {searchBox} from './search.js';
import {checkWhole, loadDecisions, loadQueues, loadSomeGangs, store, subscribe} from './store.js';
import {follow} from './stream.js';

const main = document.getElementById('main');
const live = document.getElementById('live');
const trouble = document.getElementById('trouble');
const themeButton = document.getElementById('theme');

const go = (address) => {
  location.hash = address;
};

const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

// The address after '#': /gangs?state=waiting, /queue/PATH, /gang/NAMESPACE/NAME, ...
function viewFor(address) {
  const [path, query = ''] = address.replace(/^#/, '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const [, name = '', first = '', second = ''] = path.split('/').map(decode);
  if (name === 'gangs') return gangsView(main, parameters, go);
  if (name === 'queue' && first) return queueView(main, first);
  if (name === 'gang' && second) return gangView(main, first, second);
  if (name === 'nodes') return nodesView(main, parameters);
  if (name === 'decisions') return decisionsView(main);
  if (name === 'cost') return costView(main);
  if (name === '') return queuesView(main);
  main.replaceChildren(h('div', {class: 'view'}, h('h1', {}, 'There is no such view'), h('p', {}, h('a', {href: '#/'}, 'To the queues'))));
  return {title: 'Nothing', update() {}};
}

let view = null;
const SECTION = {queue: '#/', gang: '#/gangs'};

function show(moved) {
  view?.close?.();
  view = viewFor(location.hash || '#/');
  document.title = `${view.title} · Muster`;
  const name = location.hash.replace(/^#\/?/, '').split(/[/?]/)[0];
  const section = SECTION[name] || `#/${name}`;
  for (const link of document.querySelectorAll('.views a')) {
    if (link.getAttribute('href') === section) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (!moved) return;
  main.scrollTop = 0;
  // Who cannot see the new view hears its name.
  main.focus({preventScroll: true});
}

const STATES = {live: 'Live', reconnecting: 'Reconnecting', paused: 'Paused', connecting: 'Connecting'};

function showLive(state) {
  setText(live, STATES[state] || state);
  live.dataset.state = state;
}

function showTrouble(message) {
  if (trouble.textContent !== message) setText(trouble, message);
  trouble.hidden = message === '';
}

// As the system says, light, dark.
function nextTheme() {
  const root = document.documentElement;
  const next = {'': 'light', light: 'dark', dark: ''}[root.dataset.theme || ''];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  try {
    localStorage.setItem('muster-theme', next);
  } catch {
    // Not kept, then.
  }
  nameTheme();
}

function nameTheme() {
  themeButton.setAttribute('aria-label', `Colours: ${document.documentElement.dataset.theme || 'as the system'}`);
  themeButton.title = themeButton.getAttribute('aria-label');
}

window.addEventListener('hashchange', () => show(true));
// The skip link would otherwise be taken for an address of a view.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
themeButton.addEventListener('click', nextTheme);
nameTheme();
keys({search: searchBox(document.getElementById('find')), theme: nextTheme, helpButton: document.getElementById('help')});
showLive('connecting');
show(false);

subscribe((kinds) => view.update(kinds));
setInterval(() => {
  if (document.hidden || !store.loaded) return;
  checkWhole();
  view.every?.();
}, 1000);

const failed = (error) => error.name === 'AbortError' || showTrouble(error.message);
Promise.all([loadQueues(), loadSomeGangs()]).then(() => requestAnimationFrame(() => setTimeout(() => performance.mark('muster-painted'))), failed);
loadDecisions().catch(failed);
follow(showLive, showTrouble);
