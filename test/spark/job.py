# SPDX-License-Identifier: Apache-2.0
"""A real spark-submit in cluster mode, and the pods that come of it."""

import os
import subprocess

from world import END_WITH_ME

# What the tests add to a submission beside the one thing that Muster needs. None of it is about
# scheduling: smaller memory, no web page, no waiting client.
CONF = {
    "spark.kubernetes.authenticate.driver.serviceAccountName": "spark",
    "spark.kubernetes.submission.waitAppCompletion": "false",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
}
# Short-lived JVMs on few cores: the second compiler and many GC threads cost more than they give.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


class Job:
    """Submitted when made. `main` is a Java class of apps.jar or the path of a Python file."""

    def __init__(self, world, spark, name, main, argument, executors=None, **conf):
        self.world, self.name = world, name
        self._log_path = os.path.join(world.folder, f"submit-{name}.log")
        conf = CONF | {
            "spark.kubernetes.scheduler.name": "muster",
            "spark.kubernetes.namespace": world.namespace,
            "spark.kubernetes.container.image": f"spark:{spark.version}",
        } | {key.replace("__", "."): value for key, value in conf.items()}
        if executors is not None:
            conf["spark.executor.instances"] = str(executors)
        command = [os.path.join(spark.opt, "spark/bin/spark-submit"), "--name", name,
                   "--master", f"k8s://{world.api.server}", "--deploy-mode", "cluster"]
        for key, value in conf.items():
            command += ["--conf", f"{key}={value}"]
        if main.endswith(".py"):
            command += [f"local://{main}"]
        else:
            command += ["--class", main, "local:///opt/apps.jar"]
        environment = os.environ | {
            "KUBECONFIG": world.submitter, "SPARK_HOME": os.path.join(spark.opt, "spark"),
            "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SUBMIT_OPTS": JAVA_OPTIONS,
        }
        with open(self._log_path, "wb") as log:
            self.process = subprocess.Popen(
                END_WITH_ME + command + [str(argument)], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT)
        world.jobs.append(self)

    @property
    def driver(self):
        """The driver's newest state, or None."""
        found = self.world.pods.select(
            lambda pod: pod.namespace == self.world.namespace
            and pod.labels.get("spark-role") == "driver"
            and pod.labels.get("spark-app-name") == self.name, gone=True)
        return found[0] if found else None

    def executors(self, wanted=lambda pod: True, gone=False):
        """The newest states of its executors that `wanted`, oldest id first."""
        driver = self.driver
        found = self.world.pods.select(
            lambda pod: driver and driver.uid in pod.owners and wanted(pod), gone)
        return sorted(found, key=lambda pod: int(pod.labels.get("spark-exec-id", 0)))

    def running(self):
        return self.executors(lambda pod: pod.phase == "Running" and not pod.deleting)

    def driver_log(self):
        return self.world.agent.log(self.driver, "spark-kubernetes-driver") if self.driver else ""

    def tell(self, word):
        """Makes the file /tmp/WORD in the driver's own /tmp: what the app Hold looks for."""
        root = self.world.agent.root(self.driver, "spark-kubernetes-driver")
        with open(os.path.join(root, "tmp", word), "wb"):
            pass

    def untell(self, word):
        root = self.world.agent.root(self.driver, "spark-kubernetes-driver")
        os.remove(os.path.join(root, "tmp", word))

    def submission_log(self):
        with open(self._log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def failed_to_submit(self):
        return self.process.poll() not in (None, 0)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
