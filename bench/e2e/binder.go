// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
)

// bindOnly is the least that a scheduler can do: one pod watch, no decision, each pod it sees is
// bound to the next node in turn. With -wait-for N it starts when it has seen N pods, as a gang of N.
func bindOnly(arguments []string) {
	flags := flag.NewFlagSet("bind-only", flag.ExitOnError)
	path := flags.String("kubeconfig", "", "whose rights")
	connections := flags.Int("connections", 32, "binds in flight")
	nodes := flags.Int("nodes", 1000, "nodes to bind to")
	waitFor := flags.Int("wait-for", 0, "pods to see before the first bind")
	flags.Parse(arguments)
	a, err := newAPI(*path, *connections)
	check(err)

	var mutex sync.Mutex
	arrived := sync.NewCond(&mutex)
	var queue []podEvent
	var sequence atomic.Int64
	for w := 0; w < *connections; w++ {
		go func() {
			for {
				mutex.Lock()
				for len(queue) == 0 || *waitFor > 0 {
					arrived.Wait()
				}
				pod := queue[0]
				queue = queue[1:]
				mutex.Unlock()
				check(bind(a, pod, nodeName(int(sequence.Add(1))%*nodes)))
			}
		}()
	}
	seen := 0
	check(watchPods(a, "spec.nodeName=,spec.schedulerName="+schedulerOf("bind-only"), func(event podEvent) {
		if event.kind != "ADDED" {
			return
		}
		mutex.Lock()
		defer mutex.Unlock()
		queue = append(queue, event)
		if seen++; *waitFor > 0 && seen == *waitFor {
			*waitFor = 0
			arrived.Broadcast()
		}
		arrived.Signal()
	}))
	fmt.Println("ready")
	select {}
}

func bind(a *api, pod podEvent, node string) error {
	body := fmt.Sprintf(`{"apiVersion":"v1","kind":"Binding","metadata":{"name":"%s","uid":"%s"},`+
		`"target":{"apiVersion":"v1","kind":"Node","name":"%s"}}`, pod.name, pod.uid, node)
	return a.post("/api/v1/namespaces/default/pods/"+pod.name+"/binding?timeout=4s", []byte(body))
}
