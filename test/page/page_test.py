# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser, against test/page/server.cc: python3 page_test.py PAGE_SERVER"""
import subprocess
import sys
import time

from browser import Browser

checks = 0


def expect(sentence, holds, seen=""):
    global checks
    if not holds:
        raise SystemExit(f"FAIL {sentence}\n     {seen}")
    checks += 1
    print(f"ok   {sentence}", flush=True)


class Served:
    """A page_server, told what to do line by line."""

    def __init__(self, binary, *options):
        self.process = subprocess.Popen([binary, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(20)

    def tell(self, order):
        print(order, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "ok\n"


VIEWS = ["", "#/gangs", "#/gangs?state=waiting", "#/queue/etl", "#/queue/analytics", "#/nodes", "#/decisions", "#/cost", "#/nowhere"]


def settled(browser):
    browser.soon("document.getElementById('live').dataset.state === 'live'")
    browser.soon("document.querySelector('h1') && !document.body.innerText.includes('Asking the scheduler')")


def names_for_all_controls(browser, where):
    controls = {"button", "link", "textbox", "searchbox", "combobox", "table", "region", "navigation", "img", "list", "checkbox", "radio", "option"}
    nameless = [(role, properties) for role, name, properties in browser.nodes() if role in controls - {"list"} and not name.strip()]
    expect(f"every control, table and picture has a name: {where}", not nameless, nameless[:5])


def first_waiting(browser):
    return browser.soon("fetch('api/v1/gangs?state=waiting&queue=etl&page_size=5').then(a => a.json()).then(a => a.gangs[4])")


def looks(browser, server):
    for view in VIEWS:
        browser.go(f"{server.url}/{view}")
        settled(browser)
        names_for_all_controls(browser, view or "#/")
    roles = [role for role, _, _ in browser.nodes()]
    for role in ("banner", "navigation", "search", "main"):
        expect(f"there is a landmark: {role}", role in roles, sorted(set(roles)))
    gang = first_waiting(browser)
    browser.go(f"{server.url}/#/gang/{gang['namespace']}/{gang['name']}")
    browser.soon("document.querySelector('.verdict')")
    text = browser.run("document.getElementById('main').innerText")
    for part in (gang["reason"], gang["message"], "What would unblock it", "zone eu-central-1a", "Ahead of it", "Spark History Server", "driver"):
        expect(f"a gang's page tells: {part}", part in text, text)
    link = browser.run("document.querySelector('.outside').rel + ' ' + document.querySelector('.outside').href")
    expect("the link to the history server hands nothing on", link == f"noopener noreferrer http://localhost:18080/history/{gang['name']}", link)
    names_for_all_controls(browser, "a gang")
    outside = [url for url in browser.requests if not url.startswith(server.url) and url != "about:blank"]
    expect("nothing is asked for elsewhere", not outside, outside[:5])
    expect("the console is silent", not browser.messages, browser.messages[:5])


def keyboard(browser, server):
    browser.go(f"{server.url}/")
    settled(browser)
    active = "document.activeElement.outerHTML.slice(0, 200)"
    browser.press("Tab")
    expect("Tab comes first to the way past the head", browser.run("document.activeElement.className") == "skip", browser.run(active))
    browser.press("Enter")
    expect("which leads to the content", browser.run("document.activeElement.id") == "main", browser.run(active))
    browser.go(f"{server.url}/")
    settled(browser)
    seen = []
    for _ in range(12):
        browser.press("Tab")
        seen.append(browser.run("document.activeElement.textContent.trim() || document.activeElement.id || document.activeElement.getAttribute('aria-label')"))
    expect("then in order through the head", [each for each in seen if each in ("Queues", "Gangs", "Nodes", "Decisions", "Cost")] == ["Queues", "Gangs", "Nodes", "Decisions", "Cost"], seen)
    expect("what has the focus is seen to have it", browser.run("getComputedStyle(document.activeElement).outlineStyle") != "none")
    browser.run("document.querySelector('.queue-link[aria-label=\"analytics\"]').focus()")
    browser.press("ArrowLeft")
    expect("an arrow folds a queue", browser.soon("document.querySelectorAll('.tree tbody tr').length === 7"))
    browser.press("ArrowRight")
    expect("and unfolds it", browser.soon("document.querySelectorAll('.tree tbody tr').length === 9"))
    browser.press("ArrowDown")
    expect("arrows move between queues", browser.run("document.activeElement.getAttribute('aria-label')") == "analytics.adhoc", browser.run(active))
    browser.press("Enter")
    expect("Enter opens one", browser.soon("location.hash === '#/queue/analytics.adhoc'"))
    browser.press("g", "g")
    expect("g g leads to the gangs", browser.soon("location.hash === '#/gangs'"))
    browser.soon("document.title.startsWith('Gangs')")  # the view before has rows, too, and is gone then
    browser.soon("document.querySelector('.rows .gang-link')")
    browser.run("document.querySelector('.rows a[tabindex=\"0\"]').focus()")
    browser.press("ArrowDown", "ArrowDown")
    row = browser.run("document.activeElement.closest('tr').ariaRowIndex")
    expect("arrows move between gangs, of which each knows its place", row == "4", row)
    browser.press("End")
    last = browser.soon("document.activeElement.closest('tr')?.ariaRowIndex === document.querySelector('.rows').ariaRowCount")
    expect("End goes to the last of all, though few are elements", last and browser.run("document.querySelectorAll('.rows tbody tr').length") < 80)
    browser.press("?")
    expect("? lists the keys", browser.soon("document.querySelector('dialog.help')?.open"))
    browser.press("Escape")
    browser.press("g", "n")
    browser.soon("document.querySelector('.cell')")
    browser.run("document.querySelector('.cell[tabindex=\"0\"]').focus()")
    browser.press("ArrowRight")
    told = browser.run("document.querySelector('.looked').textContent")
    expect("the map of nodes says of which node it is what", "CPU" in told and told.startswith(browser.run("document.activeElement.getAttribute('aria-label')").split(":")[0]), told)


def search(browser, server):
    server.tell("add needle-in-the-hay")
    browser.go(f"{server.url}/")
    settled(browser)
    browser.soon("fetch('api/v1/gangs?search=needle').then(a => a.json()).then(a => a.total === '1')")
    time.sleep(0.3)
    browser.press("/")
    browser.type("needle")
    browser.soon("document.querySelectorAll('#hits li').length === 2")
    browser.press("ArrowDown")
    expect("search says which of what it found is chosen", browser.run("document.getElementById('search').getAttribute('aria-activedescendant')") == "hit-0")
    browser.press("Enter")
    expect("and leads there", browser.soon("location.hash === '#/gang/team-etl/needle-in-the-hay'"))
    browser.soon("document.activeElement === document.getElementById('main')")  # it is shown
    browser.press("/")
    browser.type("no such thing")
    browser.press("Enter")
    browser.soon("location.hash.startsWith('#/gangs?search=no')")
    expect("a search without a hit says so", "No gang here" in browser.soon("document.querySelector('.scroller').innerText"))
    browser.go(f"{server.url}/#/gangs?search=needle")
    settled(browser)
    expect("a filter in the address narrows the list", browser.soon("document.querySelectorAll('.rows tbody tr:not(.spacer)').length === 1"))


def live(browser, server):
    browser.go(f"{server.url}/#/queue/etl")
    settled(browser)
    browser.run("window.stays = true")
    server.tell("add late-comer")
    expect("a gang that arrives shows by itself", browser.soon("document.querySelector('.rows').innerText.includes('late-comer') || document.querySelector('.choice').innerText.match(/waiting/) && [...document.querySelectorAll('.gang-name')].some(e => e.textContent.includes('late-comer')) || (document.querySelector('.scroller').scrollTop = 1e9, false)"))
    server.tell("remove late-comer")
    expect("one that leaves is shown as ended", browser.soon("document.querySelector('.scroller').scrollTop = 1e9, [...document.querySelectorAll('.rows tr')].some(e => e.innerText.includes('late-comer') && e.innerText.includes('ended'))"))
    server.tell("stall")
    expect("a scheduler that does not answer is told in words", browser.soon("!document.getElementById('trouble').hidden && document.getElementById('trouble').innerText.includes('did not answer')"))
    server.tell("resume")
    expect("and its return", browser.soon("document.getElementById('trouble').hidden"))
    expect("without loading the page again", browser.run("window.stays"))


def colours(browser, server):
    lightness = """(() => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = getComputedStyle(document.body).backgroundColor;
      c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((a, b) => a + b) / 3; })()"""
    browser.go(f"{server.url}/")
    settled(browser)
    browser.colours("dark", reduced_motion=True)
    expect("dark where the system is dark", browser.run(lightness) < 60, browser.run(lightness))
    expect("nothing moves where motion is unwelcome", browser.run("getComputedStyle(document.querySelector('.bar-used')).transitionDuration") == "0s")
    browser.colours("light")
    expect("light where it is light", browser.run(lightness) > 200, browser.run(lightness))
    browser.press("t", "t")
    expect("a key changes that", browser.run(lightness) < 60, browser.run(lightness))
    browser.go(f"{server.url}/")
    settled(browser)
    expect("and is remembered", browser.run(lightness) < 60 and "dark" in browser.run("document.getElementById('theme').getAttribute('aria-label')"))
    browser.press("t")
    browser.size(400, 800)
    wide = browser.run("document.documentElement.scrollWidth")
    expect("a narrow window is not scrolled sideways as a whole", wide <= 400, wide)
    browser.size(1440, 900)


def hostile(binary):
    with Served(binary, "--hostile", "--gangs", "60", "--nodes", "20") as server, Browser() as browser:
        for view in VIEWS:
            browser.go(f"{server.url}/{view}")
            settled(browser)
        gang = browser.soon("fetch('api/v1/gangs?search=onerror&page_size=1').then(a => a.json()).then(a => a.gangs[0])")
        browser.go(f"{server.url}/#/gang/{gang['namespace']}/{gang['name']}")
        browser.soon("document.querySelector('.verdict')")
        text = browser.run("document.body.innerText")
        expect("markup in names is shown as what it is", gang["app"] in text and "<script>" in text, text)
        expect("and is nothing but text", browser.run("document.querySelectorAll('main img, main script, #hits img').length") == 0)
        browser.press("/")
        browser.type("<img")
        browser.soon("!document.getElementById('hits').hidden && document.getElementById('hits').innerText.includes('<img')")
        expect("in what search finds, too", browser.run("document.querySelectorAll('#hits img').length") == 0)
        expect("a link that is a script is no link", browser.run("document.querySelector('.outside') === null"))
        expect("nothing of it ran", "owned" not in browser.run("document.title"), browser.run("document.title"))
        refused = browser.run("""(() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (error) { return error.name; } })()""")
        expect("the browser itself refuses to turn text into markup", refused == "TypeError", refused)
        elsewhere = browser.run("fetch('http://127.0.0.1:9/').then(() => 'answered', error => error.name)")
        expect("and to talk to another place", elsewhere == "TypeError" and any("Content Security Policy" in each for each in browser.messages), browser.messages)


def speed(binary):
    """Ratios to an empty page in the same browser, for the reader; nothing here fails by time."""
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    with Served(binary, "--gangs", "10000", "--nodes", "400") as server, Browser() as browser:
        browser.go(f"{server.url}/#/gangs")
        settled(browser)
        browser.go("data:text/html,<!doctype html><title>empty</title><p>empty")
        empty = browser.soon(paint)
        browser.go(f"{server.url}/#/gangs")
        first = browser.soon(paint)
        rows = browser.soon("performance.getEntriesByName('muster-painted')[0]?.startTime")
        whole = "document.querySelector('.found').innerText"
        browser.soon(f"{whole} === '10,000 gangs'", 60)
        expect("of 10,000 gangs few are elements", browser.run("document.querySelectorAll('*').length") < 3000, browser.run("document.querySelectorAll('*').length"))
        times = []
        browser.call("Performance.disable")
        browser.call("Performance.enable", timeDomain="threadTicks")
        browser.run("window.updates = 0; new PerformanceObserver(list => { updates += list.getEntriesByName('muster-update').length; }).observe({type: 'measure'})")
        busy = browser.busy()
        for _ in range(5):
            before = browser.run("performance.getEntriesByName('muster-update')[0]?.startTime || 0")
            server.tell("step")
            browser.soon(f"performance.getEntriesByName('muster-update')[0]?.startTime > {before}")
            times.append(browser.run("performance.getEntriesByName('muster-update')[0].duration"))
        update = sorted(times)[len(times) // 2]
        busy = (browser.busy() - busy) / max(1, browser.run("updates")) * 1000
        browser.run("""window.longest = 0; new Promise(done => { let n = 0, last = performance.now(); const box = document.querySelector('.scroller');
          const step = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; box.scrollTop += 3000; ++n < 90 ? requestAnimationFrame(step) : done(); }; requestAnimationFrame(step); })""")
        scroll = browser.run("window.longest")
        expect("scrolling shows rows all the way", browser.run("document.querySelectorAll('.rows tbody tr:not(.spacer)').length") > 10)
        print(f"     10,000 gangs: first paint {first:.0f} ms ({first / empty:.1f} empty pages of {empty:.0f} ms), queues and gangs painted {rows:.0f} ms ({rows / empty:.1f}), "
              f"update {update:.0f} ms ({update / empty:.1f}), of which {busy:.0f} ms of CPU, longest frame while scrolling {scroll:.0f} ms")


def main(binary):
    with Served(binary, "--gangs", "400", "--nodes", "60") as server, Browser() as browser:
        looks(browser, server)
        keyboard(browser, server)
        search(browser, server)
        live(browser, server)
        colours(browser, server)
        expect("the console is silent to the end", not browser.messages, browser.messages[:5])
    hostile(binary)
    speed(binary)
    print(f"ok: {checks} checks")


if __name__ == "__main__":
    main(sys.argv[1])
