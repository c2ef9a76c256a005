# SPDX-License-Identifier: Apache-2.0
"""What a case of the Spark tests stands on: a namespace, nodes that really run pods, sentences."""

import json
import os
import signal
import shutil
import subprocess
import sys
import time

from api import ApiError, Pods

PATIENCE = 150  # seconds for what depends on the machine's speed and not on Muster

# Put before a command, so that it does not outlive this process, however that ends.
END_WITH_ME = ["setpriv", "--pdeathsig", "TERM"]


class Failed(Exception):
    pass


class Agent:
    """The node agent of test/cluster/agent as a process."""

    def __init__(self, binary, kubeconfig, folder, images, nodes):
        self.folder = folder
        command = END_WITH_ME + [binary, f"--kubeconfig={kubeconfig}", f"--state={folder}"]
        command += [f"--image={name}={path}" for name, path in images.items()]
        command += [f"--node={node}" for node in nodes]
        os.makedirs(folder, exist_ok=True)
        log = os.path.join(folder, "agent.log")
        with open(log, "wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        if b"ready" not in self._process.stdout.readline():
            raise Failed(f"the agent did not start: see {log}")

    def pid(self, pod, container):
        path = os.path.join(self.folder, "pids", f"{pod.namespace}_{pod.name}_{container}")
        with open(path, encoding="ascii") as file:
            return int(file.read())

    def root(self, pod, container):
        return f"/proc/{self.pid(pod, container)}/root"

    def kill(self, pod, container):
        os.kill(self.pid(pod, container), signal.SIGKILL)

    def log(self, pod, container):
        path = os.path.join(self.folder, "logs", f"{pod.namespace}_{pod.name}_{container}.log")
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()  # Its pods' processes die with it.
            self._process.wait()


class World:
    """One case's namespace and nodes; everything in it is gone when the `with` block ends."""

    def __init__(self, api, sparks, folder, agent_binary, kubeconfig):
        self.api, self.sparks = api, sparks
        self._top, self._agent_binary, self._kubeconfig = folder, agent_binary, kubeconfig
        self.pods = Pods(api)
        self.checks = 0

    def case(self, name, nodes):
        self.namespace = f"spark-{name}"
        self.folder = os.path.join(self._top, name)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.jobs = []
        self._nodes = nodes
        self._started = time.monotonic()
        print(f"== {name}", flush=True)
        return self

    def __enter__(self):
        self._make_namespace()
        images = {f"spark:{spark.version}": spark.opt for spark in self.sparks}
        self.agent = Agent(self._agent_binary, self._kubeconfig, os.path.join(self.folder, "agent"),
                           images, self._nodes)
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Failed):
            self._report()
        for job in self.jobs:
            job.stop()
        self.agent.stop()
        self._delete_pods()
        if kind is None:
            print(f"     {time.monotonic() - self._started:.0f} s", flush=True)

    def _make_namespace(self):
        base = f"/api/v1/namespaces/{self.namespace}"
        self.api.ensure("/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        self.api.ensure(f"{base}/serviceaccounts", {"metadata": {"name": "spark"}})
        self.api.ensure(
            f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.namespace}/rolebindings",
            {"metadata": {"name": "spark"},
             "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                         "name": "edit"},
             "subjects": [{"kind": "ServiceAccount", "name": "spark",
                           "namespace": self.namespace}]})
        token = self.api.call("POST", f"{base}/serviceaccounts/spark/token", {})["status"]["token"]
        # Users submit with rights in their namespace alone.
        authority = os.path.join(self.folder, "ca.crt")
        with open(authority, "w", encoding="ascii") as file:
            file.write(self.api.authority)
        self.submitter = os.path.join(self.folder, "submitter.kubeconfig")
        with open(self.submitter, "w", encoding="ascii") as file:
            json.dump({
                "apiVersion": "v1", "kind": "Config", "current-context": "c",
                "clusters": [{"name": "c", "cluster": {"server": self.api.server,
                                                       "certificate-authority": authority}}],
                "users": [{"name": "c", "user": {"token": token}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}]}, file)

    def _delete_pods(self):
        left = self.pods.select(lambda pod: pod.namespace == self.namespace)
        # Drivers first: they replace executors.
        for pod in sorted(left, key=lambda pod: pod.labels.get("spark-role", "")):
            try:
                self.api.call("DELETE", f"/api/v1/namespaces/{self.namespace}/pods/{pod.name}",
                              {"gracePeriodSeconds": 0})
            except ApiError as error:
                if error.status != 404:
                    raise
        self.pods.wait(20, lambda: not self.pods.select(
            lambda pod: pod.namespace == self.namespace))

    def _report(self):
        for pod in self.pods.select(lambda pod: pod.namespace == self.namespace, gone=True):
            print(f"     {pod}{' (deleted)' if pod.uid in self.pods.gone else ''}", file=sys.stderr)
        for job in self.jobs:
            for kind, text in (("submission", job.submission_log()), ("driver", job.driver_log())):
                for line in text.splitlines()[-5:]:
                    print(f"     {job.name} {kind} | {line[:300]}", file=sys.stderr)
        print(f"     logs: {self.folder}", file=sys.stderr)

    def pod(self, name, cpu, **spec):
        """Makes a pod that asks Muster for `cpu` and then only holds it."""
        self.api.call("POST", f"/api/v1/namespaces/{self.namespace}/pods", {
            "metadata": {"name": name},
            "spec": {"schedulerName": "muster", "restartPolicy": "Never",
                     "terminationGracePeriodSeconds": 0,
                     "containers": [{
                         "name": "main", "image": "host", "command": ["sleep", "3600"],
                         "resources": {"requests": {"cpu": str(cpu), "memory": "16Mi"}}}]} | spec})
        return lambda: self._named(name)

    def delete(self, name):
        self.api.call("DELETE", f"/api/v1/namespaces/{self.namespace}/pods/{name}",
                      {"gracePeriodSeconds": 0})

    def _named(self, name):
        found = self.pods.select(
            lambda pod: pod.namespace == self.namespace and pod.name == name, gone=True)
        return found[-1] if found else None

    def expect(self, sentence, true, otherwise=""):
        if not true:
            print(f"FAIL {sentence}\n     {otherwise}", file=sys.stderr, flush=True)
            raise Failed(sentence)
        self.checks += 1
        print(f"ok   {sentence}", flush=True)

    def expect_soon(self, sentence, condition, seconds=PATIENCE):
        """As expect, of a condition that may take that long; a dead submission ends the wait."""
        began = time.monotonic()
        self.pods.wait(seconds, lambda: condition() or any(
            job.failed_to_submit() for job in self.jobs))
        took = time.monotonic() - began
        self.expect(sentence, condition(), f"not after {took:.0f} s")

    def expect_no_overcommit(self):
        rejected = self.pods.select(
            lambda pod: pod.namespace == self.namespace and pod.reason.startswith("OutOf"), gone=True)
        self.expect("no pod was sent to a node that was full", not rejected,
                    "; ".join(str(pod) for pod in rejected))
