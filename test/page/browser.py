# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, told what to do over a pair of pipes (its DevTools protocol, NUL between
messages), so that nothing but Python itself is needed. https://chromedevtools.github.io/devtools-protocol/"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

# Of a machine that has much else to do.
PATIENCE = 60.0


class Failed(Exception):
    pass


class Browser:
    """One Chromium with one tab. `messages` are what its console and its security rules said."""

    def __init__(self, width=1440, height=900):
        self.profile = tempfile.mkdtemp(prefix="muster-chromium-")
        to_read, self.to_write = os.pipe()
        self.to_read, from_write = os.pipe()
        # Chromium reads orders from 3 and answers on 4; high numbers first, so that neither is lost.
        orders, answers = os.dup(to_read), os.dup(from_write)
        orders, answers = os.dup2(orders, 60, inheritable=False), os.dup2(answers, 61, inheritable=False)

        def arrange():
            os.dup2(60, 3)
            os.dup2(61, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--no-first-run", "--mute-audio",
             f"--user-data-dir={self.profile}", f"--window-size={width},{height}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(3, 4), preexec_fn=arrange)
        os.close(to_read)
        os.close(from_write)
        self.buffer = b""
        self.number = 0
        self.messages = []
        self.requests = []
        self.session = None
        tab = next(each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=tab["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "Performance"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to_write)
        os.close(self.to_read)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        self.number += 1
        order = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.to_write, json.dumps(order).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self._next(deadline)
            if message is None:
                raise Failed(f"{method}: no answer")
            if message.get("id") == self.number:
                if "error" in message:
                    raise Failed(f"{method}: {message['error']['message']}")
                return message["result"]

    def _next(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.to_read], [], [], max(0, deadline - time.monotonic()))[0]:
                return None
            more = os.read(self.to_read, 1 << 20)
            if not more:
                raise Failed("the browser ended")
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        self._hear(message.get("method"), message.get("params", {}))
        return message

    def _hear(self, method, parameters):
        if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.messages.append(" ".join(str(each.get("value", each.get("description"))) for each in parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.messages.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.messages.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def busy(self):
        """Seconds of CPU that the page's main thread has taken, where Performance counts threadTicks."""
        return next(each["value"] for each in self.call("Performance.getMetrics")["metrics"] if each["name"] == "TaskDuration")

    def size(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def colours(self, scheme, reduced_motion=False):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced_motion else "no-preference"}])

    def go(self, url):
        # From elsewhere, so that an address that differs only after '#' is loaded anew, too.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.soon("document.readyState === 'complete'")

    def run(self, expression):
        """The value of a JavaScript expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Failed(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def soon(self, expression, patience=PATIENCE):
        """Waits until the expression is true; its value."""
        deadline = time.monotonic() + patience
        while True:
            try:
                value = self.run(expression)
            except Failed:
                value = None
            if value or value == {}:  # an element has no value of its own
                return value
            if time.monotonic() > deadline:
                raise Failed(f"not within {patience} s: {expression}; the page says: "
                             f"{self.run('document.body.innerText')[:400]!r}")
            time.sleep(0.02)

    KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37,
            "ArrowRight": 39, "End": 35, "Home": 36, "PageDown": 34}

    def press(self, *keys):
        for key in keys:
            code = self.KEYS.get(key, 0)
            text = {"text": "\r"} if key == "Enter" else {} if code else {"text": key}
            common = {"key": key, "windowsVirtualKeyCode": code, "code": key if code else ""}
            self.call("Input.dispatchKeyEvent", type="keyDown", **common, **text)
            self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def nodes(self):
        """The tree that a screen reader reads: (role, name, properties) of what it does not skip."""
        found = []
        for node in self.call("Accessibility.getFullAXTree")["nodes"]:
            if not node.get("ignored"):
                properties = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
                found.append((node["role"]["value"], node.get("name", {}).get("value", ""), properties))
        return found

    def screenshot(self, path):
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(picture))
