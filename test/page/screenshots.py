# SPDX-License-Identifier: Apache-2.0
"""The pictures of the README: python3 screenshots.py PAGE_SERVER FOLDER"""
import os
import sys
import time

from browser import Browser
from page_test import Served, first_waiting, settled

WIDTH, HEIGHT = 1360, 800


def main(binary, folder):
    os.makedirs(folder, exist_ok=True)
    with Served(binary, "--gangs", "400", "--nodes", "200", "--live") as server, Browser(WIDTH, HEIGHT) as browser:
        time.sleep(20)  # some life, so that there are decisions and ends to see
        browser.go(server.url)
        settled(browser)
        gang = first_waiting(browser)
        for name, scheme, address in [
                ("queues", "light", "#/"), ("queue", "dark", "#/queue/etl"),
                ("gang", "light", f"#/gang/{gang['namespace']}/{gang['name']}"), ("nodes", "dark", "#/nodes")]:
            browser.colours(scheme)
            browser.go(f"{server.url}/{address}")
            settled(browser)
            time.sleep(8 if name == "queue" else 2)
            browser.screenshot(f"{folder}/{name}.png")
            print(f"{folder}/{name}.png")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
