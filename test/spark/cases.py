#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real Spark under Muster, case by case. `cases.py --help` says how it is run by hand."""

import argparse
import collections
import json
import os
import re
import signal
import sys

from api import Api
from job import Job
from world import Failed, World

Spark = collections.namedtuple("Spark", "version opt")
PI = "/opt/spark/examples/src/main/python/pi.py"
EXECUTOR = "spark-kubernetes-executor"


def bound(pod):
    return bool(pod and pod.node)


def succeeded(job):
    return job.driver and job.driver.phase == "Succeeded"


def expect_success(world, job, sentence, text):
    world.expect_soon(sentence, lambda: job.driver and job.driver.ended)
    world.expect(f"{job.name} ended Succeeded and its driver's log says so",
                 succeeded(job) and text in job.driver_log(), str(job.driver))


def expect_waits_with_numbers(world, pod, name, codes):
    """The pod waits, and says in its condition which of the codes, with numbers."""
    world.expect_soon(f"{name} is told why it waits, with numbers",
                      lambda: pod() and not pod().node and re.search(codes, pod().why)
                      and re.search(r"\d", pod().why), 20)
    print(f"     {pod().why}", flush=True)


def case_pi(world, spark4, spark3):
    """Each Spark line in Java and Python; before them a job that no cluster of this size can run."""
    with world.case("pi", ["name=pi-0,cpu=6,memory=16Gi", "name=pi-1,cpu=6,memory=16Gi"]):
        huge = Job(world, spark4, "huge", "JavaPi", 1, executors=100,
                   spark__executor__cores="4")
        world.expect_soon("the driver of a job that can never fit is there", lambda: huge.driver)
        uid = huge.driver.uid
        jobs = [Job(world, spark, f"{kind}-{spark.version.replace('.', '-')}", main, 2, executors=1)
                for spark in (spark4, spark3) for kind, main in (("java", "JavaPi"), ("python", PI))]

        def told(pod):
            return "NeverFits" in pod.why and re.search(r"\d", pod.why)

        world.expect_soon("it is told NeverFits, with numbers", lambda: told(huge.driver), 30)
        print(f"     {huge.driver.why}", flush=True)
        took = world.pods.first(uid, told) - world.pods.first(uid, lambda pod: True)
        world.expect("within 10 s of its driver's creation", took <= 10, f"{took:.1f} s")
        for job in jobs:
            expect_success(world, job, f"{job.name} came later and is not held up: it runs to its end",
                           "Pi is roughly 3.1")
        world.expect("the job that can never fit was never started", not bound(huge.driver))
        world.expect_no_overcommit()


def case_room(world, spark4, _):
    """A gang starts whole or not at all; its room is held for executors to come, and to come back."""
    with world.case("room", ["name=room-0,cpu=5,memory=16Gi"]):
        filler = world.pod("filler", 3)
        world.expect_soon("a filler leaves room for the driver, not for its executors",
                          lambda: bound(filler()), 10)
        job = Job(world, spark4, "gang", "Hold", 6, executors=3)
        expect_waits_with_numbers(world, lambda: job.driver, "the driver",
                                  "Unschedulable|CapacityShort|Fragmented")
        # Any other pod that fits shows that Muster goes on deciding while the driver waits.
        world.expect("the driver, which alone would fit, is not bound", not bound(job.driver))
        world.delete("filler")
        world.expect_soon("with room for all its members the driver starts at once",
                          lambda: bound(job.driver), 10)
        competitor = world.pod("competitor", 2)
        expect_waits_with_numbers(world, competitor, "a competitor for the held room",
                                  "Unschedulable|CapacityShort|Fragmented|BehindHead")
        world.expect("the competitor came before the executors", not job.executors(gone=True))
        world.expect_soon("all 3 executors run in the room that was held",
                          lambda: len(job.running()) == 3)
        world.expect_soon("and they work", lambda: "Tasks done" in job.driver_log())
        world.expect("the competitor still waits", not bound(competitor()))

        victim = job.running()[0]
        world.agent.kill(victim, EXECUTOR)
        world.expect_soon("an executor that is killed in mid-run is seen with exit code 137",
                          lambda: any(pod.exit_codes == [137] for pod in job.executors(
                              lambda pod: pod.uid == victim.uid, gone=True)))
        world.expect_soon("its replacement runs in the gang's room",
                          lambda: len(job.running()) == 3
                          and victim.uid not in [pod.uid for pod in job.running()])
        world.expect("which the waiting competitor did not get", not bound(competitor()))
        job.tell("finish")
        expect_success(world, job, "the job runs to its end", "Hold ends well")
        world.expect_soon("then the competitor gets the room", lambda: bound(competitor()), 20)
        world.expect_no_overcommit()


def case_deadlock(world, _, spark3):
    """Two jobs whose drivers alone would fill the cluster: without gangs neither ever ends."""
    with world.case("deadlock", ["name=deadlock-0,cpu=1,memory=8Gi",
                                 "name=deadlock-1,cpu=1,memory=8Gi"]):
        jobs = [Job(world, spark3, name, "JavaPi", 2, executors=1) for name in ("one", "two")]
        world.expect_soon("both drivers are there",
                          lambda: all(job.driver for job in jobs))
        for job in jobs:
            world.expect_soon(f"{job.name} ends", lambda job=job: job.driver.ended)
        world.expect("both ended Succeeded, on a cluster that their two drivers would have filled",
                     all(succeeded(job) and "Pi is roughly" in job.driver_log() for job in jobs))
        spans = sorted((world.pods.first(job.driver.uid, bound),
                        world.pods.first(job.driver.uid, lambda pod: pod.ended)) for job in jobs)
        world.expect("the second driver was bound when the first was done", spans[1][0] >= spans[0][1],
                     f"{spans}")
        world.expect_no_overcommit()


def case_elastic(world, spark4, _):
    """Dynamic allocation between 1 and 4 executors."""
    with world.case("elastic", ["name=elastic-0,cpu=3,memory=8Gi", "name=elastic-1,cpu=3,memory=8Gi"]):
        job = Job(world, spark4, "elastic", "Hold", 24, **{
            "spark.dynamicAllocation.enabled": "true",
            "spark.dynamicAllocation.shuffleTracking.enabled": "true",
            "spark.dynamicAllocation.minExecutors": "1",
            "spark.dynamicAllocation.maxExecutors": "4",
            "spark.dynamicAllocation.executorIdleTimeout": "2s"})
        world.expect_soon("the driver starts with room for 1 executor", lambda: bound(job.driver))
        world.expect_soon("under load it grows to 4 executors", lambda: len(job.running()) == 4)
        job.tell("rest")
        world.expect_soon("at rest it shrinks to 1", lambda: len(job.running()) == 1)
        filler = world.pod("filler", 2)
        world.expect_soon("what it gave back is another's at once", lambda: bound(filler()), 10)
        job.untell("rest")
        job.tell("finish")
        expect_success(world, job, "the job runs to its end", "Hold ends well")
        world.expect("never with more than 4 executors at a time",
                     most_at_a_time(world, job) == 4, f"{most_at_a_time(world, job)}")
        world.expect_no_overcommit()


def most_at_a_time(world, job):
    changes = []
    for pod in job.executors(gone=True):
        begin = world.pods.first(pod.uid, bound)
        end = world.pods.first(pod.uid, lambda state: state.ended or state.deleting)
        changes += [(begin, 1)] if begin else []
        changes += [(end or world.pods.gone.get(pod.uid, begin), -1)] if begin else []
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


def case_forecast(world, _, spark3):
    """Driver and executors belong on different nodes: room is held where executors can run."""
    with world.case("forecast", [
            "name=plain,cpu=8,memory=16Gi,label=pool=drivers",
            "name=tainted,cpu=3,memory=16Gi,label=pool=executors,taint=dedicated=spark:NoSchedule",
            "name=untolerated,cpu=8,memory=16Gi,label=pool=executors,taint=other=team:NoSchedule"]):
        toleration = {"key": "dedicated", "operator": "Equal", "value": "spark",
                      "effect": "NoSchedule"}
        there = {"nodeSelector": {"pool": "executors"}, "tolerations": [toleration]}
        template = os.path.join(world.folder, "executor.yaml")
        with open(template, "w", encoding="ascii") as file:
            json.dump({"apiVersion": "v1", "kind": "Pod",
                       "spec": {"tolerations": [toleration]}}, file)
        filler = world.pod("filler", 2, **there)
        world.expect_soon("a filler takes the executors' node but for 1 cpu",
                          lambda: bound(filler()), 10)
        job = Job(world, spark3, "pools", "JavaPi", 2, executors=2, **{
            "spark.kubernetes.driver.node.selector.pool": "drivers",
            "spark.kubernetes.executor.node.selector.pool": "executors",
            "spark.kubernetes.executor.podTemplateFile": template})
        expect_waits_with_numbers(world, lambda: job.driver, "the driver, whose own node is empty,",
                                  "Unschedulable|CapacityShort|Fragmented|Predicate")
        world.delete("filler")
        world.expect_soon("with room on the executors' node the driver starts on its own",
                          lambda: bound(job.driver) and job.driver.node == "plain", 10)
        competitor = world.pod("competitor", 2, **there)
        neighbour = world.pod("neighbour", 7, nodeSelector={"pool": "drivers"})
        world.expect_soon("no room is held on the driver's node: its last 7 cpu are given away",
                          lambda: bound(neighbour()), 10)
        expect_waits_with_numbers(world, competitor, "a competitor for the executors' node",
                                  "Unschedulable|CapacityShort|Fragmented|BehindHead")
        expect_success(world, job, "the job runs to its end", "Pi is roughly")
        world.expect("both executors ran on the tainted node that they tolerate",
                     [pod.node for pod in job.executors(gone=True)] == ["tainted"] * 2,
                     str([str(pod) for pod in job.executors(gone=True)]))
        world.expect_soon("then the competitor gets the room", lambda: bound(competitor()), 20)
        starts = max(world.pods.first(pod.uid, bound) for pod in job.executors(gone=True))
        world.expect("and not before both executors had theirs",
                     world.pods.first(competitor().uid, bound) > starts)
        world.expect_no_overcommit()


CASES = {name.removeprefix("case_"): case
         for name, case in list(globals().items()) if name.startswith("case_")}


def main():
    parser = argparse.ArgumentParser(description="Real Spark under Muster on a running cluster.")
    parser.add_argument("--kubeconfig", required=True, help="of a cluster admin")
    parser.add_argument("--agent", required=True, help="binary of test/cluster/agent")
    parser.add_argument("--folder", required=True, help="for logs")
    parser.add_argument("--spark", required=True, action="append", metavar="VERSION=/OPT",
                        help="as setup.sh prints it; one of 4.x and one of 3.5.x")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {' '.join(CASES)}; default all")
    flags = parser.parse_args()
    unknown = [name for name in flags.cases if name not in CASES]
    if unknown:
        parser.error(f"no case {unknown[0]!r}; cases: {' '.join(CASES)}")
    sparks = [Spark(*text.split("=", 1)) for text in flags.spark]
    lines = [next((spark for spark in sparks if spark.version.startswith(line)), None)
             for line in ("4.", "3.5.")]
    if None in lines:
        parser.error("--spark: expected one version 4.x and one 3.5.x")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that `with` blocks end.
    world = World(Api(flags.kubeconfig), sparks, flags.folder, flags.agent, flags.kubeconfig)
    try:
        for name in flags.cases or CASES:
            CASES[name](world, *lines)
    except Failed as failed:
        print(f"FAILED: {failed}", file=sys.stderr)
        return 1
    print(f"ok: {world.checks} checks", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
