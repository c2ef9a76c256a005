# SPDX-License-Identifier: Apache-2.0
"""The page of a real daemon with the work of test/e2e/page.sh: python3 cluster_test.py URL"""
import json
import subprocess
import sys

from browser import Browser
from page_test import expect, settled


def pod(name, cpu="100m", gang=None, minimum=1):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"muster.dev/gang": gang or name}, "annotations": {"muster.dev/gang-min": str(minimum)}},
            "spec": {"schedulerName": "muster", "restartPolicy": "Never", "containers": [{"name": "main", "image": "none", "resources": {"requests": {"cpu": cpu}}}]}}


def kubectl(*words, given=None):
    return subprocess.run(["kubectl", *words], input=given, text=True, check=True, capture_output=True).stdout


def history(browser, url):
    browser.go(f"{url}/#/gang/default/job")
    link = browser.soon("document.querySelector('.outside') && document.querySelector('.outside').rel + ' ' + document.querySelector('.outside').href")
    expect("a gang links to its history, as the config says", link == "noopener noreferrer https://history.example/default/spark-0a1b?by=default%2Fdefault", link)


LENT = "[...document.querySelectorAll('table[aria-label=\"Cost\"] tbody tr')].find(row => row.querySelector('th').innerText === 'lent')"


def cost(browser, url):
    """A gang that takes back room of others: what it costs them while they go, and what that has cost after."""
    browser.go(f"{url}/#/cost")
    row = browser.soon(f"{LENT} && [...{LENT}.cells].map(cell => cell.innerText)")
    heads = browser.run("[...document.querySelectorAll('table[aria-label=\"Cost\"] thead th')].map(cell => cell.innerText)")
    expect("cost is told by queue, in the currency of the config", heads[0] == "Queue" and "Cost in EUR" in heads, heads)
    expect("with money for what runs, and nothing lost", float(row[1].replace(",", "")) > 0 and row[-1] == "0 %", row)
    # Of 9 cpu 1 is free, and 8, a gang, is what lent has above its share then.
    owed = [pod(f"owed-{index}", "1", "owed", 9) for index in range(9)]
    kubectl("create", "--namespace", "team-owed", "--filename", "-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": owed}))
    browser.go(f"{url}/#/gang/team-owed/owed")
    victims = browser.soon("(rows => rows.length && rows)([...document.querySelectorAll('table[aria-label=\"What its start would cost others\"] tbody tr')].map(row => [...row.cells].map(cell => cell.innerText)))")
    expect("its page says whom its start costs how much", len(victims) == 1 and victims[0][0].startswith("team-lent/lent-") and victims[0][1:] == ["lent", "2", "whole"], victims)
    for name in kubectl("get", "pods", "--namespace", "team-lent", "--output", "name").split():
        kubectl("patch", name, "--namespace", "team-lent", "--type", "merge", "--patch", '{"metadata":{"finalizers":null}}')
    expect("it starts where they were", browser.soon("document.querySelector('.verdict-code')?.innerText === 'running'"))
    browser.go(f"{url}/#/cost")
    expect("what they had done is lost, and shown", browser.soon(f"{LENT} && parseFloat({LENT}.cells[{LENT}.cells.length - 1].innerText) > 0"))


def main(url):
    with Browser() as browser:
        browser.go(f"{url}/")
        settled(browser)
        expect("the tree has the queues of the config", browser.soon("['default', 'adhoc'].every(name => document.querySelector(`.queue-link[aria-label=\"${name}\"]`))"))
        expect("with what is used of them", browser.soon("[...document.querySelectorAll('.bar')].some(each => /CPU: [1-9][0-9.]* used/.test(each.getAttribute('aria-label')))"))
        browser.go(f"{url}/#/gangs")
        settled(browser)
        for name in ("default/whole", "default/huge", "team-adhoc/capped"):
            expect(f"the list has {name}", browser.soon(f"document.querySelector('.rows').innerText.includes('{name}')"))
        browser.run("window.stays = true")
        subprocess.run(["kubectl", "create", "--filename", "-"], input=json.dumps(pod("late")), text=True, check=True, stdout=subprocess.DEVNULL)
        expect("a gang that is created now shows by itself, running", browser.soon("[...document.querySelectorAll('.rows tr')].some(row => row.innerText.includes('default/late') && row.innerText.includes('running'))"))
        subprocess.run(["kubectl", "delete", "pod", "late", "--grace-period", "0", "--force", "--wait=false"], check=True, capture_output=True)
        expect("one that is deleted has ended", browser.soon("[...document.querySelectorAll('.rows tr')].some(row => row.innerText.includes('default/late') && row.innerText.includes('ended'))"))
        expect("without loading the page again", browser.run("window.stays"))
        browser.go(f"{url}/#/queue/default")
        settled(browser)
        ended = "[...document.querySelectorAll('.rows tr')].find(row => row.innerText.includes('default/late') && row.innerText.includes('ended'))"
        says = browser.soon(f"{ended}?.querySelector('.line').getAttribute('aria-label')")
        expect("a page that is opened afterwards knows of it, how long it waited and ran", "waited " in says and "ran " in says, says)
        browser.go(f"{url}/#/gang/default/late")
        told = browser.soon("[...document.querySelectorAll('table[aria-label=\"What was decided about it\"] tbody tr')].map(row => row.innerText).join() || false")
        expect("and what was decided about it", "start" in told, told)
        browser.go(f"{url}/#/gang/default/huge")
        text = browser.soon("document.querySelector('.verdict')?.innerText")
        expect("a gang's page says why it waits, with numbers", "cpu" in text and any(code in text for code in ("NeverFits", "CapacityShort", "Fragmented")), text)
        browser.go(f"{url}/#/nodes")
        expect("the map has the nodes", browser.soon("document.querySelectorAll('.cell').length === 6"))
        browser.go(f"{url}/#/decisions")
        expect("decisions are told", browser.soon("document.querySelectorAll('.kind-start').length > 0"))
        history(browser, url)
        cost(browser, url)
        outside = [each for each in browser.requests if not each.startswith(url) and each != "about:blank"]
        expect("nothing is asked for elsewhere", not outside, outside[:5])
        expect("the console is silent", not browser.messages, browser.messages[:5])


if __name__ == "__main__":
    main(sys.argv[1])
