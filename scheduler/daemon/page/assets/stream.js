// SPDX-License-Identifier: Apache-2.0
// Live: ticks by server-sent events. A hidden tab lets go of its connection, and goes on where it was
// when it is looked at again; after a break everything is asked for anew only if ticks were missed.

import {applyTick, loadDecisions, loadEnded, loadGangs, loadQueues} from './store.js';

const FIRST_WAIT = 1000;
const LAST_WAIT = 15000;

export function follow(show, trouble) {
  let source = null;
  let id = '';
  let wait = FIRST_WAIT;
  let timer = 0;

  const load = () => Promise.all([loadQueues(), loadGangs(), loadDecisions(), loadEnded()]);

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };

  const again = () => {
    close();
    show('reconnecting');
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LAST_WAIT);
  };

  function open() {
    close();
    if (document.hidden) return;
    source = new EventSource(`api/v1/events${id ? `?last_event_id=${encodeURIComponent(id)}` : ''}`);
    source.addEventListener('hello', (event) => {
      id = event.lastEventId || id;
      wait = FIRST_WAIT;
      show('live');
      trouble('');
      if (!JSON.parse(event.data).resumed) load().catch((error) => error.name === 'AbortError' || trouble(error.message));
    });
    source.addEventListener('tick', (event) => {
      const start = performance.now();
      id = event.lastEventId || id;
      applyTick(JSON.parse(event.data));
      // How long until it is to be seen, for whoever looks at the browser's timings.
      requestAnimationFrame(() => setTimeout(() => {
        performance.clearMeasures('muster-update');
        performance.measure('muster-update', {start, end: performance.now()});
      }));
    });
    source.addEventListener('trouble', (event) => {
      id = event.lastEventId || id;
      trouble(JSON.parse(event.data).message || '');
    });
    source.addEventListener('error', again);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      close();
      show('paused');
    } else if (!source) {
      open();
    }
  });
  open();
}
