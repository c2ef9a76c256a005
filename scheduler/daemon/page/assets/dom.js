// SPDX-License-Identifier: Apache-2.0
// Elements from values. Text is always set as text: nothing here, or anywhere else on the page, turns
// a string into markup.

export const SVG = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') element.setAttribute('class', value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(2)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
export const svg = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

export function setText(element, text) {
  if (element.firstChild && element.firstChild.nodeType === Node.TEXT_NODE && !element.firstChild.nextSibling) {
    if (element.firstChild.data !== text) element.firstChild.data = text;
  } else if (element.textContent !== text || element.firstElementChild) {
    element.textContent = text;
  }
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Only addresses of web pages become links: a template in a config can hold anything.
export function outsideLink(url, text) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null;
  return h('a', {href: parsed.href, target: '_blank', rel: 'noopener noreferrer', class: 'outside'}, text);
}

const SHAPES = {
  // Each state has a shape of its own, so that none is told by colour alone.
  waiting: () => svg('circle', {cx: 8, cy: 8, r: 5, fill: 'none', stroke: 'currentColor', 'stroke-width': 2}),
  starting: () => [svg('circle', {cx: 8, cy: 8, r: 5, fill: 'none', stroke: 'currentColor', 'stroke-width': 2}),
    svg('path', {d: 'M8 3a5 5 0 0 1 0 10z', fill: 'currentColor'})],
  running: () => svg('path', {d: 'M4 2.5v11l9-5.5z', fill: 'currentColor'}),
  degraded: () => svg('path', {d: 'M8 2l6.5 12h-13zM7.2 6.5v4h1.6v-4zm0 5v1.4h1.6v-1.4z', fill: 'currentColor', 'fill-rule': 'evenodd'}),
  evicted: () => svg('path', {d: 'M3.5 3.5l9 9m0-9l-9 9', stroke: 'currentColor', 'stroke-width': 2.4, fill: 'none'}),
  ended: () => svg('rect', {x: 4, y: 4, width: 8, height: 8, rx: 1, fill: 'currentColor'}),
};

export function icon(state) {
  const shape = (SHAPES[state] || SHAPES.waiting)();
  return svg('svg', {viewBox: '0 0 16 16', width: 12, height: 12, class: 'icon', 'aria-hidden': 'true', focusable: 'false'}, shape);
}
