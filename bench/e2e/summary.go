// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// summary reads the lines of JSON of a run and prints Muster's rounds as ratios against the
// bind-only client's of the same shape.
func summary([]string) {
	limits := map[string]result{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var r result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			die("%s: %v", lines.Bytes(), err)
		}
		switch r.Who {
		case "bind-only":
			limits[r.Round] = r
			fmt.Printf("%-8s bind-only  %6.0f binds/s; after the last create %6.0f; P50 %5.2f s; %s\n", r.Round,
				r.BindsPerS, r.BindsPerSAfter, r.CreateToBindP50, costs(r))
		case "muster":
			limit := limits[r.Round]
			fmt.Printf("%-8s muster     %6.0f binds/s; after the last create %6.0f; P50 %5.2f s; %s\n", r.Round,
				r.BindsPerS, r.BindsPerSAfter, r.CreateToBindP50, costs(r))
			rate, of := r.BindsPerS/limit.BindsPerS, "from the first create"
			if r.Pods == r.gangSize() { // nothing can be bound before all of it is there
				rate, of = r.BindsPerSAfter/limit.BindsPerSAfter, "from the last create"
			}
			fmt.Printf("%-8s binds/s of the bind-only client's, %s: %.2f (target 0.9)  %s\n", r.Round, of, rate, verdict(rate >= 0.9))
			fmt.Printf("%-8s CPU of all its processes a pod, of the bind-only client's: %.2f (what the rates would be with no others)\n",
				r.Round, r.sumCPU()/limit.sumCPU())
			fmt.Printf("%-8s CPU of muster a bound pod: %.0f us (target 100)  %s\n", r.Round, r.CPU["muster"], verdict(r.CPU["muster"] < 100))
		default:
			i := r.Idle
			fmt.Printf("idle     %.2f %% of a core (target 1)  %s\n", i.CPUPercent, verdict(i.CPUPercent < 1))
			fmt.Printf("idle     %.0f MB resident, %.0f at most (target 100)  %s\n", i.RSS, i.HighestRSS, verdict(i.RSS < 100))
		}
	}
}

func (r result) gangSize() int {
	var gangs, size int
	fmt.Sscanf(r.Round, "%dx%d", &gangs, &size)
	return size
}

func (r result) sumCPU() (sum float64) {
	for _, cpu := range r.CPU {
		sum += cpu
	}
	return sum
}

func costs(r result) string {
	return fmt.Sprintf("us a pod: %s %.0f, API server %.0f, etcd %.0f, load %.0f; others used %.1f cores", r.Who,
		r.CPU[r.Who], r.CPU["apiserver"], r.CPU["etcd"], r.CPU["load"], r.OthersCores)
}

func verdict(met bool) string {
	if met {
		return "ok"
	}
	return "MISSED"
}
