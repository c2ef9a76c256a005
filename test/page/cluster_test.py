# SPDX-License-Identifier: Apache-2.0
"""The page of a real daemon with the work of test/e2e/page.sh: python3 cluster_test.py URL"""
import json
import subprocess
import sys

from browser import Browser
from page_test import expect, settled


def pod(name):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"muster.dev/gang": name}, "annotations": {"muster.dev/gang-min": "1"}},
            "spec": {"schedulerName": "muster", "restartPolicy": "Never", "containers": [{"name": "main", "image": "none", "resources": {"requests": {"cpu": "100m"}}}]}}


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
        browser.go(f"{url}/#/gang/default/huge")
        text = browser.soon("document.querySelector('.verdict')?.innerText")
        expect("a gang's page says why it waits, with numbers", "cpu" in text and any(code in text for code in ("NeverFits", "CapacityShort", "Fragmented")), text)
        browser.go(f"{url}/#/nodes")
        expect("the map has the nodes", browser.soon("document.querySelectorAll('.cell').length === 6"))
        browser.go(f"{url}/#/decisions")
        expect("decisions are told", browser.soon("document.querySelectorAll('.kind-start').length > 0"))
        outside = [each for each in browser.requests if not each.startswith(url) and each != "about:blank"]
        expect("nothing is asked for elsewhere", not outside, outside[:5])
        expect("the console is silent", not browser.messages, browser.messages[:5])


if __name__ == "__main__":
    main(sys.argv[1])
