# SPDX-License-Identifier: Apache-2.0
"""The API server as the Spark tests see it: calls, and every pod with its whole history.

Tests wait for what the watch shows, so they neither sleep nor miss what happened between two looks.
"""

import base64
import http.client
import json
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse


class ApiError(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """Calls with the credentials of a kubeconfig, one connection each."""

    def __init__(self, kubeconfig):
        text = subprocess.check_output(
            ["kubectl", "config", "view", "--raw", "--output=json", f"--kubeconfig={kubeconfig}"])
        config = json.loads(text)
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        self.server = cluster["server"]
        self.authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=self.authority)
        with tempfile.NamedTemporaryFile() as pair:  # The ssl module reads files alone.
            for part in ("client-certificate-data", "client-key-data"):
                pair.write(base64.b64decode(user[part]))
            pair.flush()
            self._tls.load_cert_chain(pair.name)

    def call(self, method, path, body=None, content_type="application/json"):
        response = self.open(method, path, body, content_type)
        text = response.read()
        if response.status >= 300:
            raise ApiError(response.status, text.decode(errors="replace"))
        return json.loads(text)

    def open(self, method, path, body=None, content_type="application/json", timeout=30):
        host = urllib.parse.urlsplit(self.server).netloc
        connection = http.client.HTTPSConnection(host, context=self._tls, timeout=timeout)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": content_type, "Accept": "application/json"})
        return connection.getresponse()

    def ensure(self, path, body):
        """Creates an object; one that is there already stays as it is."""
        try:
            self.call("POST", path, body)
        except ApiError as error:
            if error.status != 409:
                raise


class Pod:
    """One state of a pod."""

    def __init__(self, raw, seen):
        meta, spec, status = raw["metadata"], raw["spec"], raw.get("status", {})
        self.seen = seen  # when this state was seen
        self.namespace, self.name, self.uid = meta["namespace"], meta["name"], meta["uid"]
        self.labels = meta.get("labels", {})
        self.owners = [owner["uid"] for owner in meta.get("ownerReferences", [])]
        self.deleting = "deletionTimestamp" in meta
        self.node = spec.get("nodeName", "")
        self.phase = status.get("phase", "")
        self.reason = status.get("reason", "")
        self.message = status.get("message", "")
        self.scheduled = next(
            (c for c in status.get("conditions", []) if c["type"] == "PodScheduled"), {})
        self.exit_codes = [
            c["state"]["terminated"]["exitCode"] for c in status.get("containerStatuses", [])
            if "terminated" in c.get("state", {})]

    @property
    def ended(self):
        return self.phase in ("Succeeded", "Failed")

    @property
    def why(self):
        """What the user reads of a pod that waits: "" unless PodScheduled is False."""
        if self.scheduled.get("status") != "False":
            return ""
        return f"{self.scheduled.get('reason', '')}: {self.scheduled.get('message', '')}"

    def __str__(self):
        return (f"{self.namespace}/{self.name} {self.phase or '-'} on {self.node or '-'}"
                f" {self.reason} {self.exit_codes or ''} {self.why}")


class Pods(threading.Thread):
    """Follows all pods. `states` has, by UID, every state seen, the newest last."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self._api = api
        self._changed = threading.Condition()
        self.states = {}
        self.gone = {}  # by UID: when it was deleted
        self.start()

    def run(self):
        while True:
            try:
                self._follow()
            except (OSError, http.client.HTTPException, ValueError, ApiError):
                time.sleep(0.2)  # The server ended the watch: look again.

    def _follow(self):
        listed = self._api.call("GET", "/api/v1/pods")
        with self._changed:
            present = {item["metadata"]["uid"] for item in listed["items"]}
            for uid in self.states.keys() - present - self.gone.keys():
                self.gone[uid] = time.monotonic()
            for item in listed["items"]:
                self._add(item)
            self._changed.notify_all()
        version = listed["metadata"]["resourceVersion"]
        stream = self._api.open(
            "GET", f"/api/v1/pods?watch=1&resourceVersion={version}", timeout=600)
        for line in iter(stream.readline, b""):
            event = json.loads(line)
            if event["type"] == "ERROR":
                return
            with self._changed:
                self._add(event["object"])
                if event["type"] == "DELETED":
                    self.gone[event["object"]["metadata"]["uid"]] = time.monotonic()
                self._changed.notify_all()

    def _add(self, raw):
        self.states.setdefault(raw["metadata"]["uid"], []).append(Pod(raw, time.monotonic()))

    def select(self, wanted, gone=False):
        """The newest states of the pods that `wanted(pod)`; those deleted too with `gone`."""
        with self._changed:
            newest = [states[-1] for uid, states in self.states.items()
                      if gone or uid not in self.gone]
        return [pod for pod in newest if wanted(pod)]

    def first(self, uid, wanted):
        """When a state that `wanted` was first seen of the pod, or None."""
        with self._changed:
            return next((pod.seen for pod in self.states.get(uid, []) if wanted(pod)), None)

    def wait(self, seconds, condition):
        """Whether `condition()` becomes true in that time; asked after each change."""
        deadline = time.monotonic() + seconds
        while True:
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                # Not each state of a burst, and things that are not pods change too.
                self._changed.wait(min(left, 0.5))
