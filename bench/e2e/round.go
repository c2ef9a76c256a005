// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// idleness is what a process costs that has nothing to do.
type idleness struct {
	CPUPercent float64 `json:"cpu_percent_of_a_core"`
	RSS        float64 `json:"rss_mb"`
	HighestRSS float64 `json:"rss_highest_mb"`
}

// result is one line of JSON; times in seconds, CPU in microseconds per bound pod.
type result struct {
	Round           string             `json:"round"`
	Who             string             `json:"who"`
	Pods            int                `json:"pods"`
	CreatesPerS     float64            `json:"creates_per_s"`
	BindsPerS       float64            `json:"binds_per_s"`        // first create to last bind
	BindsPerSAfter  float64            `json:"binds_per_s_after"`  // last create to last bind
	FirstBindAfter  float64            `json:"first_bind_after_s"` // last create to first bind
	CreateToBindP50 float64            `json:"create_to_bind_p50_s"`
	CreateToBindP99 float64            `json:"create_to_bind_p99_s"`
	CPU             map[string]float64 `json:"cpu_us_per_pod"`
	RSS             map[string]float64 `json:"rss_mb"`
	OthersCores     float64            `json:"others_cores"` // used by what is no part of this round
	Idle            *idleness          `json:"idle,omitempty"`
}

func pidsOf(list string) map[string]int {
	pids := map[string]int{}
	for _, entry := range strings.Split(list, ",") {
		name, number, _ := strings.Cut(entry, "=")
		pid, err := strconv.Atoi(number)
		check(err)
		pids[name] = pid
	}
	return pids
}

// round creates gangs and waits until all their pods are bound.
func round(arguments []string) {
	flags := flag.NewFlagSet("round", flag.ExitOnError)
	path := flags.String("kubeconfig", "", "an administrator's")
	who := flags.String("who", "muster", "muster, muster-recording, muster-crowd, muster-backlog or bind-only: whose pods these are")
	gangs := flags.Int("gangs", 1, "gangs")
	size := flags.Int("size", 10000, "members of each")
	writers := flags.Int("writers", 32, "pods created at a time")
	list := flags.String("pids", "", "name=pid,... whose CPU is measured")
	limit := flags.Duration("limit", 5*time.Minute, "time for all pods to be bound")
	flags.Parse(arguments)
	a, err := newAPI(*path, *writers)
	check(err)
	pids := pidsOf(*list)
	pids["load"] = os.Getpid()

	pods := *gangs * *size
	created := make([]time.Time, pods)
	bound := make(map[string]time.Time, pods)
	var mutex sync.Mutex
	all := make(chan struct{})
	check(watchPods(a, "spec.nodeName!=,metadata.namespace=default", func(event podEvent) {
		mutex.Lock()
		defer mutex.Unlock()
		if _, known := bound[event.name]; known || !strings.HasPrefix(event.name, "gang-") {
			return
		}
		if bound[event.name] = time.Now(); len(bound) == pods {
			close(all)
		}
	}))

	before := map[string]time.Duration{}
	for name, pid := range pids {
		before[name] = cpuOf(pid)
	}
	busyBefore, _ := machineTicks()
	start := time.Now()
	check(parallel(pods, *writers, func(i int) error {
		created[i] = time.Now()
		_, body := podJSON(schedulerOf(*who), i / *size, *size, i)
		return a.post("/api/v1/namespaces/default/pods", body)
	}))
	createdAll := time.Now()
	select {
	case <-all:
	case <-time.After(*limit):
		die("%s: only %d of %d pods bound after %v", *who, len(bound), pods, *limit)
	}
	end := time.Now()
	busyAfter, _ := machineTicks()

	r := result{Round: fmt.Sprintf("%dx%d", *gangs, *size), Who: *who, Pods: pods,
		CPU: map[string]float64{}, RSS: map[string]float64{}}
	rate := func(d time.Duration) float64 { return float64(pods) / d.Seconds() }
	r.CreatesPerS, r.BindsPerS, r.BindsPerSAfter = rate(createdAll.Sub(start)), rate(end.Sub(start)), rate(end.Sub(createdAll))
	first := end
	var waits []float64
	for i, at := range created {
		name, _ := podJSON("", i / *size, *size, i)
		waits = append(waits, bound[name].Sub(at).Seconds())
		if bound[name].Before(first) {
			first = bound[name]
		}
	}
	slices.Sort(waits)
	r.FirstBindAfter = first.Sub(createdAll).Seconds()
	r.CreateToBindP50, r.CreateToBindP99 = waits[pods/2], waits[pods*99/100]
	ours := time.Duration(0)
	for name, pid := range pids {
		used := cpuOf(pid) - before[name]
		ours += used
		r.CPU[name] = float64(used.Microseconds()) / float64(pods)
		r.RSS[name], _ = residentOf(pid)
	}
	everything := time.Duration(busyAfter-busyBefore) * time.Second / ticksPerSecond
	r.OthersCores = (everything - ours).Seconds() / end.Sub(start).Seconds()
	check(json.NewEncoder(os.Stdout).Encode(r))
}

// idle measures a process that has nothing to do.
func idle(arguments []string) {
	flags := flag.NewFlagSet("idle", flag.ExitOnError)
	pid := flags.Int("pid", 0, "of the process")
	span := flags.Duration("for", time.Minute, "how long")
	beside := flags.String("beside", "", "what it has nothing to do with: backlog")
	flags.Parse(arguments)
	before := cpuOf(*pid)
	time.Sleep(*span)
	used := cpuOf(*pid) - before
	now, highest := residentOf(*pid)
	check(json.NewEncoder(os.Stdout).Encode(result{Round: "idle", Who: *beside,
		Idle: &idleness{CPUPercent: 100 * used.Seconds() / span.Seconds(), RSS: now, HighestRSS: highest}}))
}
