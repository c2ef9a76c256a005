// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func nodeName(i int) string { return fmt.Sprintf("bench-%04d", i) }

// schedulerOf names the scheduler that the pods of a round are for.
func schedulerOf(who string) string {
	if strings.HasPrefix(who, "muster") {
		return "muster"
	}
	return "bench-bind-only"
}

// createNodes posts nodes that nobody's kubelet or kwok looks after: pods are bound there and stay.
// Admission taints each as not ready, which is taken back.
func createNodes(arguments []string) {
	flags := flag.NewFlagSet("nodes", flag.ExitOnError)
	path := flags.String("kubeconfig", "", "an administrator's")
	count := flags.Int("count", 1000, "nodes")
	flags.Parse(arguments)
	a, err := newAPI(*path, 16)
	check(err)
	const size = `{"cpu":"16","memory":"64Gi","pods":"110","ephemeral-storage":"200Gi"}`
	check(parallel(*count, 16, func(i int) error {
		name := nodeName(i)
		body := fmt.Sprintf(`{"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{`+
			`"kubernetes.io/hostname":"%s","topology.kubernetes.io/zone":"zone-%d"}},"status":{"capacity":%s,`+
			`"allocatable":%s,"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"}]}}`,
			name, name, i%3, size, size)
		if err := a.post("/api/v1/nodes", []byte(body)); err != nil {
			return err
		}
		return a.call("PATCH", "/api/v1/nodes/"+name, "application/merge-patch+json",
			[]byte(`{"spec":{"taints":null}}`))
	}))
}

// podJSON is a pod of 1 cpu and 1Gi, member of a gang of `size` where the scheduler knows gangs.
func podJSON(scheduler string, gang, size, index int) (name string, body []byte) {
	name = fmt.Sprintf("gang-%04d-%05d", gang, index)
	return name, podOf(name, scheduler, fmt.Sprintf(`"labels":{"app":"bench","muster.dev/queue":"bench",`+
		`"muster.dev/gang":"gang-%04d"},"annotations":{"muster.dev/gang-min":"%d"}`, gang, size))
}

// podOf has these labels and annotations, as fields of its metadata.
func podOf(name, scheduler, metadata string) []byte {
	return []byte(fmt.Sprintf(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s",%s},`+
		`"spec":{"schedulerName":"%s","containers":[{"name":"main","image":"bench",`+
		`"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}]}}`, name, metadata, scheduler))
}

// backlog creates pods, each a gang of its own, for a queue that lets one of them start, and waits
// until the daemon says of all the others that they wait. Without a daemon they are of a scheduler
// that is not there, and wait for that.
func backlog(arguments []string) {
	flags := flag.NewFlagSet("backlog", flag.ExitOnError)
	path := flags.String("kubeconfig", "", "an administrator's")
	daemon := flags.String("http", "", "URL of the daemon's /metrics; empty: none shall see to them")
	gangs := flags.Int("gangs", 10000, "pods")
	flags.Parse(arguments)
	a, err := newAPI(*path, 32)
	check(err)
	scheduler := "muster"
	if *daemon == "" {
		scheduler = "nobody"
	}
	check(parallel(*gangs, 32, func(i int) error {
		return a.post("/api/v1/namespaces/default/pods", podOf(fmt.Sprintf("backlog-%05d", i), scheduler,
			`"labels":{"app":"bench","muster.dev/queue":"backlog"}`))
	}))
	if *daemon == "" {
		return
	}
	waiting := regexp.MustCompile(`muster_queue_waiting_gangs\{queue="backlog",reason="[A-Za-z]+"\} (\d+)`)
	for giveUp := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		sum := 0
		if answer, err := http.Get(*daemon); err == nil {
			text, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			for _, match := range waiting.FindAllStringSubmatch(string(text), -1) {
				count, _ := strconv.Atoi(match[1])
				sum += count
			}
		}
		if sum == *gangs-1 {
			return
		}
		if time.Now().After(giveUp) {
			die("backlog: the daemon tells of %d waiting gangs, not of %d", sum, *gangs-1)
		}
	}
}
