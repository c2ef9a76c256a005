// SPDX-License-Identifier: Apache-2.0
// What the page knows: the last answer about every queue and gang, kept up to date by ticks. Views
// hear at most once a frame what kinds of things changed.

import {ask, askPages} from './api.js';
import {seconds} from './format.js';

// More than that is looked for on the server instead of being kept here.
const MOST_GANGS = 20000;
const MOST_DECISIONS = 500;
const MOST_ENDED = 1000; // as many as the scheduler remembers

export const store = {
  queues: new Map(), // by path, in the config's order
  gangs: new Map(), // by "namespace/name"
  ended: new Map(), // gangs that ended lately, the oldest first
  decisions: [], // the newest first
  cluster: [],
  total: 0, // gangs on the server
  whole: false, // all gangs are here
  loaded: false,
  version: 0, // of the gangs; counts up when they change
  offset: 0, // the scheduler's clock less ours, in ms
  now: () => Date.now() + store.offset,
};

const watchers = new Set();
let pending = new Set();
let frame = 0;

// `watch` gets a set of "queues", "gangs", "decisions".
export function subscribe(watch) {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

function changed(...kinds) {
  if (kinds.includes('gangs')) store.version += 1;
  for (const kind of kinds) pending.add(kind);
  if (!frame) frame = requestAnimationFrame(announce);
}

function announce() {
  frame = 0;
  const kinds = pending;
  pending = new Set();
  for (const watch of watchers) watch(kinds);
}

const number = (value) => Number(value || 0);

function asAmounts(quantities) {
  const amounts = {};
  for (const {resource, value} of quantities || []) amounts[resource] = number(value);
  return amounts;
}

function asQueue(from) {
  return {
    path: from.path,
    parent: from.parent || '',
    depth: from.path.split('.').length - 1,
    name: from.path.slice((from.parent || '').length).replace(/^\./, ''),
    leaf: Boolean(from.leaf),
    state: from.state || 'open',
    weight: number(from.weight),
    priority: number(from.priority),
    order: from.order || '',
    backfill: Boolean(from.backfill),
    guaranteed: asAmounts(from.guaranteed),
    max: asAmounts(from.max),
    used: asAmounts(from.used),
    held: asAmounts(from.held),
    share: number(from.share),
    dominantShare: number(from.dominant_share),
    dominantResource: from.dominant_resource || '',
    waiting: number(from.waiting_gangs),
    running: number(from.running_gangs),
    reasons: (from.waiting_by_reason || []).map(({reason, gangs}) => ({reason, gangs: number(gangs)})),
    oldest: from.oldest_wait ? store.now() - seconds(from.oldest_wait) * 1000 : 0,
  };
}

export function asGang(from) {
  const key = `${from.namespace}/${from.name}`;
  return {
    key,
    namespace: from.namespace,
    name: from.name,
    kind: from.kind || '',
    queue: from.queue || '',
    user: from.user || '',
    app: from.app || '',
    priority: number(from.priority),
    state: from.state || 'waiting',
    created: from.created ? Date.parse(from.created) : 0,
    began: from.began ? Date.parse(from.began) : 0,
    ended: from.ended ? Date.parse(from.ended) : 0,
    evicted: Boolean(from.evicted),
    minimum: number(from.minimum),
    members: number(from.members),
    bound: number(from.bound),
    held: number(from.held),
    reason: from.reason || '',
    message: from.message || '',
    position: number(from.position),
    needs: asAmounts(from.needs),
    text: `${key} ${from.user || ''} ${from.app || ''}`.toLowerCase(),
  };
}

const asDecision = (from) => ({
  number: number(from.number),
  at: from.at ? Date.parse(from.at) : 0,
  kind: from.kind || '',
  gang: from.gang || '',
  queue: from.queue || '',
  reason: from.reason || '',
  message: from.message || '',
  pods: number(from.pods),
  other: from.other || '',
});

export {asDecision, asAmounts};

function takeQueues(answer, all) {
  if (answer.at) store.offset = Date.parse(answer.at) - Date.now();
  if (answer.cluster) store.cluster = answer.cluster.map((each) => ({resource: each.resource, value: number(each.value), text: each.text}));
  if (all) store.queues.clear();
  const unknown = !all && (answer.queues || []).some((queue) => !store.queues.has(queue.path));
  for (const queue of answer.queues || []) store.queues.set(queue.path, asQueue(queue));
  // Its place among the others is only in a whole answer.
  if (unknown) loadQueues().catch(() => {});
}

function takeDecisions(list) {
  if (!list?.length) return;
  const newest = store.decisions[0]?.number || 0;
  const fresh = list.map(asDecision).filter((each) => each.number > newest);
  store.decisions = [...fresh.reverse(), ...store.decisions].slice(0, MOST_DECISIONS);
}

// Keys that ticks touched while all gangs are being asked for: what they said is newer.
let touched = null;

export async function loadQueues() {
  takeQueues(await ask('queues'), true);
  changed('queues');
}

export async function loadDecisions() {
  takeDecisions((await ask('decisions', {most: MOST_DECISIONS})).decisions);
  changed('decisions');
}

// The first of the gangs, for the first sight of them.
export async function loadSomeGangs() {
  const page = await ask('gangs', {page_size: 200});
  if (store.loaded) return;
  store.total = number(page.total);
  for (const each of page.gangs || []) store.gangs.set(`${each.namespace}/${each.name}`, asGang(each));
  store.loaded = true;
  changed('gangs');
}

let loading = null;

// Asks for all gangs; those that are not there any more are forgotten at the end.
export async function loadGangs() {
  loading?.abort();
  loading = new AbortController();
  const {signal} = loading;
  const seen = new Set();
  const own = (touched = new Set());
  try {
    store.whole = await askPages('gangs', {}, {first: 200, rest: 1000, most: MOST_GANGS}, (page) => {
      store.total = number(page.total);
      for (const each of page.gangs || []) {
        const gang = asGang(each);
        seen.add(gang.key);
        if (!own.has(gang.key)) store.gangs.set(gang.key, gang);
      }
      store.loaded = true;
      changed('gangs');
      return (page.gangs || []).length;
    }, signal);
    for (const key of store.gangs.keys()) {
      if (!seen.has(key) && !own.has(key)) end(key);
    }
    store.loaded = true;
    changed('gangs');
  } finally {
    if (touched === own) touched = null;
  }
}

// Those that ended before this page was opened, or while it was not listening.
export async function loadEnded() {
  const found = [];
  await askPages('gangs', {state: 'ended'}, {first: 1000, rest: 1000, most: MOST_ENDED}, (page) => {
    for (const each of page.gangs || []) found.push(asGang(each));
    return (page.gangs || []).length;
  });
  for (const gang of found) {
    const known = store.ended.get(gang.key);
    if (!known || known.created <= gang.created) store.ended.set(gang.key, gang);
  }
  store.ended = new Map([...store.ended].sort(([, a], [, b]) => a.ended - b.ended));
  forgetEnded();
  changed('gangs');
}

function forgetEnded() {
  while (store.ended.size > MOST_ENDED) store.ended.delete(store.ended.keys().next().value);
}

function end(key) {
  const gang = store.gangs.get(key);
  if (!gang) return;
  store.gangs.delete(key);
  store.ended.set(key, {...gang, evicted: gang.state === 'evicted', state: 'ended', ended: store.now(), reason: '', message: '', position: 0});
  forgetEnded();
}

// A gang that came into an answer and left before the next tick is in no tick: then there are more
// here than on the server. Asked once a second; what has differed for a while is asked for anew.
let odd = 0;

export function checkWhole() {
  odd = odd < 0 || (store.whole && !touched && store.gangs.size !== store.total) ? odd + 1 : 0;
  if (odd < 4) return;
  odd = -10; // not again at once
  loadGangs().catch(() => {});
}

export function applyTick(tick) {
  const kinds = [];
  takeQueues(tick.queues || {}, false);
  if (tick.queues?.queues?.length) kinds.push('queues');
  for (const each of tick.gangs?.gangs || []) {
    const gang = asGang(each);
    store.gangs.set(gang.key, gang);
    store.ended.delete(gang.key);
    touched?.add(gang.key);
  }
  for (const each of tick.gone?.gangs || []) {
    if (each.queue) {
      store.queues.delete(each.queue);
      kinds.push('queues');
      continue;
    }
    const key = `${each.namespace}/${each.name}`;
    end(key);
    touched?.add(key);
  }
  if (tick.gangs?.gangs?.length || tick.gone?.gangs?.length) kinds.push('gangs');
  if (tick.gangs) store.total = number(tick.gangs.total);
  takeDecisions(tick.decisions);
  if (tick.decisions?.length) kinds.push('decisions');
  changed(...kinds);
}

// Children of each queue, in the config's order, from the top.
export function queueTree() {
  const below = new Map([['', []]]);
  for (const queue of store.queues.values()) {
    if (!below.has(queue.parent)) below.set(queue.parent, []);
    below.get(queue.parent).push(queue);
  }
  const rows = [];
  const visit = (path) => {
    for (const queue of below.get(path) || []) {
      rows.push(queue);
      visit(queue.path);
    }
  };
  visit('');
  return rows;
}

export const under = (path, queue) => !queue || path === queue || path.startsWith(`${queue}.`);
