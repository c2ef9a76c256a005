# SPDX-License-Identifier: Apache-2.0
"""What each part of the page shows, against what the scheduler answers: python3 parts_test.py PAGE_SERVER"""
import sys

from browser import Browser
from page_test import Served, expect, settled

CELLS = "(rows => rows.map(row => [...row.cells].map(cell => cell.innerText)))"
HOUR = 3600


def asked(browser, query):
    return browser.run(f"fetch('api/v1/{query}').then(answer => answer.json())")


def amounts(quantities):
    return {each["resource"]: each.get("value", 0) for each in quantities}


def said(number):
    return f"{number:,.1f}".removesuffix(".0")


def bars(browser, server):
    browser.go(f"{server.url}/")
    settled(browser)
    for queue in asked(browser, "queues")["queues"]:
        used, held, guaranteed, most = (amounts(queue.get(kind, [])).get("cpu") for kind in ("used", "held", "guaranteed", "max"))
        label = (f"CPU: {said(used)} used, {said(held)} held, {said(guaranteed) + ' guaranteed' if guaranteed else 'nothing guaranteed'}, "
                 f"{'at most ' + said(most) if most else 'no max'}")
        row = f"[...document.querySelectorAll('.tree tbody tr')].find(row => row.querySelector('.queue-link').getAttribute('aria-label') === '{queue['path']}')"
        seen = browser.run(f"{row}.querySelector('.bar').getAttribute('aria-label')")
        expect(f"the tree tells of {queue['path']} what it uses, holds, is guaranteed and may have", seen == label, (seen, label))
        if not most:
            continue
        parts = browser.run(f"['.bar-used', '.bar-held'].map(part => parseFloat({row}.querySelector(part).style.width))")
        expect("with bars of that length", all(abs(part - 100 * amount / most) < 0.1 for part, amount in zip(parts, (used, held))), (parts, used, held, most))


def depth(browser, server):
    for path in ("etl", "tenants.dev-3"):
        browser.go(f"{server.url}/#/queue/{path}")
        settled(browser)
        queue = next(each for each in asked(browser, "queues")["queues"] if each["path"] == path)
        reasons = sorted([each["reason"], f"{int(each['gangs']):,}"] for each in queue["waiting_by_reason"])
        rows = "[...document.querySelectorAll('.reasons .reason-link')].map(row => [row.querySelector('.reason-name').innerText, row.querySelector('.reason-count').innerText])"
        expect(f"why the gangs of {path} wait, and how many each", browser.soon(f"{rows}.length === {len(reasons)}") and sorted(browser.run(rows)) == reasons and reasons, (browser.run(rows), reasons))


def row_of(name):
    return f"[...document.querySelectorAll('.rows tbody tr')].find(row => row.querySelector('.gang-name')?.textContent === '{name}')"


def line(browser, name):
    """Of a gang's time line: [from, to] in % of what waited and ran, whether it shows held room and an eviction, what it says."""
    browser.soon(row_of(name))
    return browser.run(f"""(line => {{
      const part = (name) => (part => part.hidden ? null : [parseFloat(part.style.left), parseFloat(part.style.left) + parseFloat(part.style.width.replace(/.*, /, ''))])(line.querySelector(name));
      return {{waited: part('.line-waited'), ran: part('.line-ran'), held: line.querySelector('.line-held') !== null, evicted: !line.querySelector('.line-mark').hidden, says: line.getAttribute('aria-label')}};
    }})({row_of(name)}.querySelector('.line'))""")


def placed(browser, iso):
    """Where a time stands on a line of an hour, now at 100 %."""
    return browser.run(f"Math.min(100, Math.max(0, 100 - (Date.now() - Date.parse('{iso}')) / 1000 / {HOUR} * 100))")


def only(browser, server, state, gang):
    browser.go(f"{server.url}/#/gangs?state={state}&search={gang['name']}")
    settled(browser)
    return line(browser, f"{gang['namespace']}/{gang['name']}")


def near(part, begin, end):
    # A second is 0.03 %; a part is never narrower than can be seen.
    return part is not None and abs(part[0] - begin) < 2 and abs(part[1] - end) < 2


def time_lines(browser, server):
    browser.go(f"{server.url}/")
    settled(browser)
    waits = asked(browser, "gangs?state=waiting&queue=etl")["gangs"][0]
    runs = asked(browser, "gangs?state=running&page_size=1000")["gangs"]
    keeps = next(each for each in runs if each.get("held", 0) > 0 and each["queue"] != "etl")
    whole = next(each for each in runs if each.get("held", 0) == 0 and each["queue"] == "etl")
    seen = only(browser, server, "waiting", waits)
    expect("the time line of one that waits: since it came", near(seen["waited"], placed(browser, waits["created"]), 100) and seen["ran"] is None, seen)
    seen = only(browser, server, "running", whole)
    expect("of one that runs: what it waited, then since it began", near(seen["ran"], placed(browser, whole["began"]), 100) and not seen["held"] and not seen["evicted"] and
           near(seen["waited"], placed(browser, whole["created"]), placed(browser, whole["began"])), seen)
    seen = only(browser, server, "running", keeps)
    expect("room that is held shows, and is said", seen["held"] and f"{keeps['held']} member" in seen["says"] and "held" in seen["says"], seen)
    server.tell(f"evict {whole['name']}")
    browser.go(f"{server.url}/#/queue/etl")
    settled(browser)
    seen = line(browser, f"{whole['namespace']}/{whole['name']}")
    expect("so does an eviction", seen["evicted"] and "evicted" in seen["says"], seen)
    # The page is opened when they have ended: the scheduler remembers them.
    server.tell(f"remove {whole['name']}")
    server.tell(f"remove {keeps['name']}")
    for gang, evicted in ((whole, True), (keeps, False)):
        seen = only(browser, server, "ended", gang)
        expect("a page that is opened later shows one that has ended, and whether it was evicted", seen["evicted"] == evicted and near(seen["ran"], placed(browser, gang["began"]), 100) and not seen["held"], seen)
    browser.go(f"{server.url}/#/queue/etl")
    settled(browser)
    expect("in its queue, too", browser.soon("[...document.querySelectorAll('.choice button')].find(each => each.dataset.key === 'ended')?.innerText === 'ended 1'"))


def one_gang(browser, server):
    browser.go(f"{server.url}/")
    settled(browser)
    gang = next(each for each in asked(browser, "gangs?state=running&page_size=1000")["gangs"] if each.get("held", 0) == 0 and each["queue"] == "analytics.adhoc")
    answer = asked(browser, f"explain?namespace={gang['namespace']}&name={gang['name']}")
    browser.go(f"{server.url}/#/gang/{gang['namespace']}/{gang['name']}")
    rows = browser.soon(f"(rows => rows.length && {CELLS}(rows))([...document.querySelectorAll('table[aria-label=\"Members\"] tbody tr')])")
    members = [[each["pod"], each["role"], each["state"], each.get("node", "")] for each in answer["members"]]
    expect("a gang's page has its members, their states and nodes", rows == members and members, (rows, members))
    rows = browser.run(f"{CELLS}([...document.querySelectorAll('table[aria-label=\"What was decided about it\"] tbody tr')])")
    expect("and what was decided about it", len(rows) == len(answer["history"]) == 1 and any("start" in cell for cell in rows[0]), rows)
    node = answer["members"][0]["node"]
    browser.run("document.querySelector('table[aria-label=\"Members\"] a').click()")
    expect("a node leads to its place on the map", browser.soon(f"document.activeElement.getAttribute('aria-label')?.startsWith('{node}: ')"))
    browser.go(f"{server.url}/#/gang/team-etl/nobody")
    expect("a gang that nobody knows is told in words", browser.soon("document.getElementById('main').innerText.includes('no gang or pod team-etl/nobody')"))


def nodes(browser, server):
    browser.go(f"{server.url}/#/nodes")
    browser.soon("document.querySelector('.cell')")
    zones = {}
    for node in asked(browser, "nodes?page_size=5000")["nodes"]:
        zones.setdefault(node["zone"], {})[node["name"]] = node.get("used_share", 0)
    cells = browser.run("""Object.fromEntries([...document.querySelectorAll('.zones section')].map(zone => [zone.querySelector('h2').innerText,
      Object.fromEntries([...zone.querySelectorAll('.cell')].map(cell => [cell.getAttribute('aria-label').split(':')[0], [...cell.classList].find(each => each.startsWith('heat-'))]))]))""")
    heat = {zone: {name: f"heat-{0 if share <= 0 else min(5, 1 + int(share * 4.999))}" for name, share in members.items()} for zone, members in zones.items()}
    expect("the map has each node in its zone, as warm as it is full", cells == heat and len(heat) == 3 and len({each for zone in heat.values() for each in zone.values()}) > 1, (cells, heat))


def empty(binary):
    with Served(binary, "--gangs", "0", "--nodes", "0") as server, Browser() as browser:
        for view, words in (("", "nothing waits"), ("#/gangs", "No gang here"), ("#/queue/etl", "No gang here"), ("#/nodes", "0 nodes"), ("#/decisions", "Decisions"), ("#/cost", "Cost")):
            browser.go(f"{server.url}/{view}")
            settled(browser)
            expect(f"an empty cluster is shown as one: {view or '#/'}", browser.soon(f"document.body.innerText.includes('{words}')") and "NaN" not in browser.run("document.body.innerText"), browser.run("document.body.innerText"))
        expect("the console is silent", not browser.messages, browser.messages[:5])


def main(binary):
    with Served(binary, "--gangs", "400", "--nodes", "60") as server, Browser() as browser:
        for part in (bars, depth, one_gang, nodes, time_lines):
            part(browser, server)
    empty(binary)


if __name__ == "__main__":
    main(sys.argv[1])
