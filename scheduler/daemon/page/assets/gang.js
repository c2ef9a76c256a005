// SPDX-License-Identifier: Apache-2.0
// One gang, explained: why it waits and what would change that, where it was tried, whom it would
// cost, its members and what was decided about it.

import {ask} from './api.js';
import {partBar} from './bars.js';
import {decisionRow, decisionTable, gangLink} from './decisions.js';
import {h, outsideLink, setText} from './dom.js';
import {amount, count, dateTime, duration, plural, resourceName} from './format.js';
import {stateMark} from './gangs.js';
import {queueAddress} from './queues.js';
import {asAmounts, asDecision, asGang, store} from './store.js';

const SOON = 1000; // between two questions about a gang that keeps changing
const MOST_MEMBERS = 300;

const amounts = (quantities) => Object.entries(asAmounts(quantities)).map(([name, value]) => `${amount(name, value)} ${resourceName(name)}`).join(', ');

function panel(title, id, ...content) {
  return h('section', {class: 'panel', 'aria-labelledby': id}, h('div', {class: 'panel-head'}, h('h2', {id}, title)), content);
}

const table = (label, heads, rows) => h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': label}, h('table', {class: 'plain-rows', 'aria-label': label},
  h('thead', {}, h('tr', {}, heads.map(([name, className]) => h('th', {scope: 'col', class: className}, name)))), h('tbody', {}, rows)));

function verdict(gang, answer) {
  const waits = gang.state === 'waiting';
  const parts = [h('p', {class: 'verdict-code'}, answer.reason || (waits ? 'Waiting' : gang.state)), answer.message && h('p', {class: 'verdict-text'}, answer.message)];
  if (answer.unblock) parts.push(h('p', {class: 'verdict-unblock'}, h('strong', {}, 'What would unblock it: '), answer.unblock));
  return h('section', {class: `verdict verdict-${gang.state}`, 'aria-label': 'Why it waits'}, parts);
}

function factList(gang, answer) {
  const end = gang.ended || store.now();
  const pairs = [
    ['Queue', gang.queue ? h('a', {href: queueAddress(gang.queue)}, gang.queue) : 'none'],
    ['App', gang.app], ['User', gang.user], ['Kind', gang.kind],
    ['Priority', gang.priority ? String(gang.priority) : ''],
    ['Place in queue', answer.position ? count(Number(answer.position)) : ''],
    ['Arrived', gang.created ? dateTime(gang.created) : ''],
    [gang.began || gang.ended ? 'Waited' : 'Waits for', gang.created ? duration(((gang.began || end) - gang.created) / 1000) : ''],
    [gang.ended ? 'Ran for' : 'Runs for', gang.began ? duration((end - gang.began) / 1000) : ''],
    ['Ended', gang.ended ? `${dateTime(gang.ended)}${gang.evicted ? ', evicted' : ''}` : ''],
    ['Members', `${gang.bound} bound, ${gang.held} held, ${gang.minimum} needed to start`],
    [gang.began ? 'Has' : 'Needs', amounts(answer.needs)],
    ['History', answer.history_url ? outsideLink(answer.history_url, 'Spark History Server') : ''],
  ];
  return h('dl', {class: 'fact-list'}, pairs.filter(([, value]) => value).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function triedPanel(tried) {
  const rows = tried.map((each) => {
    const room = partBar();
    const asked = Number(each.asked || 0);
    const found = Number(each.room || 0);
    room.update(asked ? found / asked : 0, `${count(found)} of ${count(asked)}`);
    return h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, each.where), h('td', {}, each.role || ''), h('td', {class: 'c-part'}, room.element),
      h('td', {class: 'c-num'}, `${count(Number(each.admitted || 0))} of ${count(Number(each.nodes || 0))}`), h('td', {class: 'c-text'}, each.message || ''));
  });
  return panel('Where it was tried', 'tried-head', table('Where it was tried', [['Where'], ['Role'], ['Room for members'], ['Nodes that admit it', 'c-num'], ['What refuses the others']], rows));
}

function costPanel(answer) {
  const rows = (answer.would_evict || []).map((each) => h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, gangLink(each.gang)), h('td', {}, each.queue),
    h('td', {class: 'c-num'}, count(Number(each.pods || 0))), h('td', {}, each.whole ? 'whole' : 'members above its minimum')));
  return panel('What its start would cost others', 'cost-head', rows.length ? table('What its start would cost others', [['Gang'], ['Queue'], ['Pods', 'c-num'], ['What']], rows) : h('p', {class: 'note'}, answer.cost_message || 'Nobody would be evicted for it.'));
}

function membersPanel(list) {
  const rows = list.slice(0, MOST_MEMBERS).map((each) => h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, each.pod || '—'), h('td', {}, each.role || ''), h('td', {}, each.state || ''),
    h('td', {}, each.node ? h('a', {href: `#/nodes?node=${encodeURIComponent(each.node)}`, class: 'plain'}, each.node) : '')));
  const rest = list.length - rows.length;
  return panel(`Members (${count(list.length)})`, 'members-head', list.length ? table('Members', [['Pod'], ['Role'], ['State'], ['Node']], rows) : h('p', {class: 'note'}, 'None exists yet.'),
    rest > 0 && h('p', {class: 'note'}, `and ${plural(rest, 'more member')}; all of them: muster explain -o json`));
}

function content(answer) {
  const gang = asGang(answer.gang || {});
  const mark = stateMark();
  mark.update(gang);
  const roles = (answer.roles || []).map((each) => h('tr', {}, h('th', {scope: 'row', class: 'c-key'}, each.name), h('td', {class: 'c-num'}, count(Number(each.count || 0))), h('td', {}, amounts(each.each))));
  const ahead = answer.ahead || [];
  const history = (answer.history || []).map(asDecision).reverse();
  return [
    h('div', {class: 'head'}, h('h1', {}, gang.key), mark.element),
    verdict(gang, answer), factList(gang, answer),
    answer.tried?.length ? triedPanel(answer.tried) : null,
    h('div', {class: 'columns columns-even'},
      roles.length ? panel('Roles', 'roles-head', table('Roles', [['Role'], ['Members', 'c-num'], ['Each asks for']], roles)) : null,
      ahead.length ? panel('Ahead of it in its queue', 'ahead-head', h('ol', {class: 'ahead'}, ahead.map((each) => h('li', {}, gangLink(each))))) : null,
      gang.state === 'waiting' ? costPanel(answer) : null),
    membersPanel(answer.members || []),
    panel('What was decided about it', 'history-head', history.length ? h('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': 'What was decided about it'}, decisionTable('What was decided about it', history.map(decisionRow))) : h('p', {class: 'note'}, 'Nothing that is still known.')),
  ];
}

export function gangView(main, ns, name) {
  const key = `${ns}/${name}`;
  const place = h('div', {class: 'stack'}, h('p', {class: 'note'}, 'Asking the scheduler…'));
  const problem = h('p', {class: 'note', role: 'status'});
  main.replaceChildren(h('div', {class: 'view'}, h('nav', {class: 'crumbs', 'aria-label': 'Path of the gang'}, h('a', {href: '#/gangs'}, 'Gangs'), h('span', {'aria-hidden': 'true'}, '/'), h('span', {'aria-current': 'page'}, key)), problem, place));
  const abort = new AbortController();
  let shown = '';
  let asked = 0;
  let timer = 0;
  async function load() {
    timer = 0;
    asked = performance.now();
    try {
      const answer = await ask('explain', {namespace: ns, name}, abort.signal);
      setText(problem, '');
      if (answer.gang && (answer.gang.name !== name || answer.gang.namespace !== ns)) setText(problem, `${key} is a pod of this gang.`);
      const text = JSON.stringify(answer);
      if (text === shown) return;
      shown = text;
      redraw(answer);
    } catch (error) {
      if (error.name === 'AbortError') return;
      if (!shown) place.replaceChildren(h('h1', {}, key));
      setText(problem, error.message);
    }
  }
  // What had the focus has it again: links by their address, regions by their name.
  function redraw(answer) {
    const had = place.contains(document.activeElement) ? document.activeElement : null;
    const mark = had && ['href', 'aria-label'].find((each) => had.hasAttribute(each));
    place.replaceChildren(...content(answer).filter(Boolean));
    if (mark) place.querySelector(`[${mark}="${CSS.escape(had.getAttribute(mark))}"]`)?.focus({preventScroll: true});
  }
  const soon = () => {
    if (!timer) timer = setTimeout(load, Math.max(0, SOON - (performance.now() - asked)));
  };
  load();
  return {title: key, close: () => {
    abort.abort();
    clearTimeout(timer);
  }, update(kinds) {
    if (!kinds || kinds.has('gangs') || kinds.has('decisions')) soon();
  }};
}
