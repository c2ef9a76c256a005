// SPDX-License-Identifier: Apache-2.0
// Questions to the scheduler. Addresses are relative, so that the page works behind a proxy's path.

export class Refused extends Error {}

export async function ask(name, fields = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [field, value] of Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== '') query.append(field, each);
    }
  }
  const text = query.toString();
  let response;
  try {
    response = await fetch(`api/v1/${name}${text ? `?${text}` : ''}`, {signal});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused('the daemon cannot be reached; is the port-forward still there?');
  }
  const type = response.headers.get('content-type') || '';
  if (!response.ok || !type.startsWith('application/json')) {
    let message = `${response.status} ${response.statusText}`;
    if (type.startsWith('application/json')) message = (await response.json()).error?.message || message;
    else message = (await response.text()).trim() || message;
    throw new Refused(message);
  }
  return response.json();
}

// All pages of a list, one after the other; `take` gets each as it comes. The first one is small, so
// that there is something to see at once.
export async function askPages(name, fields, {first, rest, most}, take, signal) {
  let token = '';
  let seen = 0;
  do {
    const page = await ask(name, {...fields, page_size: token ? rest : first, page_token: token}, signal);
    token = page.next_page_token || '';
    seen += take(page);
  } while (token && seen < most);
  return token === '';
}
