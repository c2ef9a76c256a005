# SPDX-License-Identifier: Apache-2.0
"""Runs the query of every panel of Grafana dashboards on a Prometheus, over a span of time.

panels.py URL START END QUEUE FILE...: a line for each query that fails or has no number in that
span, else nothing. Seconds since the epoch. Grafana's variables are filled in: $queue, the
intervals, the data source.
"""
import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request

url, start, end, queue = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
VARIABLES = {"$__rate_interval": "10s", "$__interval": "5s", "$__range": "5m", "$queue": queue}
queries = 0


def ask(expression):
    """The finite values that the query has at any time of the span."""
    form = {"query": expression, "start": start, "end": end, "step": "1s"}
    request = urllib.request.Request(url + "/api/v1/query_range", urllib.parse.urlencode(form).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            answer = json.load(reply)
    except urllib.error.HTTPError as error:
        answer = json.load(error)
    if answer["status"] != "success":
        raise ValueError(answer["error"])
    values = [float(value) for series in answer["data"]["result"] for _, value in series["values"]]
    return [value for value in values if math.isfinite(value)]


def expressions(board):
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


for path in sys.argv[5:]:
    with open(path, encoding="utf-8") as file:
        board = json.load(file)
    for title, expression in expressions(board):
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        queries += 1
        try:
            if "$" in expression:
                raise ValueError("a variable is left")
            if not ask(expression):
                raise ValueError("empty")
        except ValueError as problem:
            print(f"{path}: panel '{title}': {problem}: {expression}")
if not queries:
    print("no dashboard has a query")
