// SPDX-License-Identifier: Apache-2.0
// A table of any length: only rows that can be seen are elements, and they are used again while one
// scrolls. One row takes part in the tab order; arrows, Page Up and Down, Home and End move it.

import {h, setAttribute} from './dom.js';

const OVERSCAN = 6;

// columns: {name, class, head (element, optional), make() -> {element, update(item)}}; the first one is
// the head of its row and holds a link. `height`: of a row, in pixels, as in the style sheet.
export function virtualTable({label, columns, height, empty}) {
  const body = h('tbody');
  const above = h('tr', {'aria-hidden': 'true', class: 'spacer'}, h('td', {colspan: columns.length}));
  const below = h('tr', {'aria-hidden': 'true', class: 'spacer'}, h('td', {colspan: columns.length}));
  const heads = columns.map((column) => h('th', {scope: 'col', class: column.class}, column.head || column.name));
  const table = h('table', {class: 'rows', 'aria-label': label}, h('thead', {}, h('tr', {'aria-rowindex': 1}, heads)), body);
  const nothing = h('p', {class: 'note', hidden: true}, empty);
  const element = h('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': label}, table, nothing);
  const pool = [];
  let items = [];
  let active = 0;
  let shown = [0, 0];
  let queued = 0;

  const makeRow = () => {
    const cells = columns.map((column) => column.make());
    const row = h('tr', {}, cells.map((cell, index) => (index === 0 ? h('th', {scope: 'row', class: columns[0].class}, cell.element) : h('td', {class: columns[index].class}, cell.element))));
    return {row, cells, link: row.querySelector('a')};
  };

  const range = () => {
    const room = element.clientHeight || 600;
    const first = Math.max(0, Math.floor(element.scrollTop / height) - OVERSCAN);
    return [first, Math.min(items.length, Math.ceil((element.scrollTop + room) / height) + OVERSCAN)];
  };

  function render() {
    queued = 0;
    const focused = element.contains(document.activeElement) && pool.find((each) => each.link === document.activeElement);
    const [first, last] = (shown = range());
    while (pool.length < last - first) pool.push(makeRow());
    above.firstChild.style.height = `${first * height}px`;
    below.firstChild.style.height = `${(items.length - last) * height}px`;
    if (above.parentNode !== body) body.append(above, below);
    for (let i = 0; i < pool.length; ++i) {
      const {row, cells, link} = pool[i];
      const index = first + i;
      if (index >= last) {
        if (row.parentNode) row.remove();
        continue;
      }
      if (!row.parentNode) body.insertBefore(row, below);
      cells.forEach((cell) => cell.update(items[index]));
      setAttribute(row, 'aria-rowindex', String(index + 2));
      if (link) link.tabIndex = index === active ? 0 : -1;
    }
    setAttribute(table, 'aria-rowcount', String(items.length + 1));
    nothing.hidden = items.length > 0;
    if (focused && focused.link.tabIndex !== 0) pool[active - first]?.link?.focus({preventScroll: true});
  }

  const soon = () => {
    if (!queued) queued = requestAnimationFrame(render);
  };

  function move(to) {
    active = Math.max(0, Math.min(items.length - 1, to));
    const top = active * height;
    const head = table.tHead.offsetHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height + head > element.scrollTop + element.clientHeight) element.scrollTop = top + height + head - element.clientHeight;
    render();
    pool[active - shown[0]]?.link?.focus({preventScroll: true});
  }

  element.addEventListener('scroll', soon, {passive: true});
  element.addEventListener('focusin', (event) => {
    const at = pool.findIndex((each) => each.link === event.target);
    if (at >= 0) active = shown[0] + at;
  });
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || items.length === 0) return;
    const page = Math.max(1, Math.floor(element.clientHeight / height) - 2);
    const inside = event.target !== element;
    const to = {ArrowDown: inside ? active + 1 : active, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: items.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  const resized = new ResizeObserver(soon);
  resized.observe(element);

  return {
    element,
    update(next) {
      items = next;
      if (active >= items.length) active = Math.max(0, items.length - 1);
      render();
    },
    // Only what is to be seen: times move on.
    refresh: render,
    close() {
      resized.disconnect();
      cancelAnimationFrame(queued);
    },
  };
}
