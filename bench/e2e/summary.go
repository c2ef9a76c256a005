// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

const (
	recordingMuster = "muster-recording" // serve --record
	crowdMuster     = "muster-crowd"     // beside pods of a scheduler that is not there
	backlogMuster   = "muster-backlog"   // beside gangs that cannot start
)

// summary reads the lines of JSON of a run and prints Muster's rounds as ratios against the
// bind-only client's of the same shape.
func summary([]string) {
	limits := map[string]result{}
	plain, recording := map[string][]result{}, map[string][]result{}
	crowd, beside := map[string][]result{}, map[string][]result{}
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
		case recordingMuster:
			recording[r.Round] = append(recording[r.Round], r)
		case crowdMuster:
			crowd[r.Round] = append(crowd[r.Round], r)
			fmt.Printf("%-8s beside a crowd   %6.0f binds/s; P50 %5.2f s; %s\n", r.Round, r.BindsPerS, r.CreateToBindP50, costs(r))
		case backlogMuster:
			beside[r.Round] = append(beside[r.Round], r)
			fmt.Printf("%-8s beside a backlog %6.0f binds/s; P50 %5.2f s; %s\n", r.Round, r.BindsPerS, r.CreateToBindP50, costs(r))
		case "muster":
			plain[r.Round] = append(plain[r.Round], r)
			if limits[r.Round].Pods == 0 {
				fmt.Printf("%-8s muster     %6.0f binds/s; P50 %5.2f s; %s\n", r.Round, r.BindsPerS, r.CreateToBindP50, costs(r))
				continue // a run that only compares
			}
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
			what := ""
			if r.Who != "" {
				what = "beside a " + r.Who + ": "
			}
			fmt.Printf("idle     %s%.2f %% of a core (target 1)  %s\n", what, i.CPUPercent, verdict(i.CPUPercent < 1))
			fmt.Printf("idle     %s%.0f MB resident, %.0f at most (target 100)  %s\n", what, i.RSS, i.HighestRSS, verdict(i.RSS < 100))
		}
	}
	for round, with := range beside {
		alone, pods, b := median(plain[round], result.bindsPerS), median(crowd[round], result.bindsPerS), median(with, result.bindsPerS)
		fmt.Printf("%-8s beside as many pods of nobody: %.0f of %.0f binds/s, %.1f %% less (medians): the API server's part\n",
			round, pods, alone, 100*(alone-pods)/alone)
		fmt.Printf("%-8s beside a backlog: %.0f binds/s, %.1f %% less than alone, %.1f %% less than beside those pods (medians; target 3)  %s\n",
			round, b, 100*(alone-b)/alone, 100*(pods-b)/pods, verdict(b > alone*0.97))
	}
	for round, with := range recording {
		compare(round, plain[round], with)
	}
}

// compare says what recording costs, of rounds that took turns.
func compare(round string, without, with []result) {
	for i := range with {
		fmt.Printf("%-8s turn %d: CPU of muster a bound pod %.1f us, with --record %.1f us\n", round, i+1, without[i].ownCPU(), with[i].ownCPU())
	}
	a, b := median(without, result.ownCPU), median(with, result.ownCPU)
	fmt.Printf("%-8s recording: %.1f us a bound pod, %+.1f %% of the daemon's CPU (medians; target 2)  %s\n",
		round, b-a, 100*(b-a)/a, verdict(b-a < a/50))
}

func median(results []result, of func(result) float64) float64 {
	var sorted []float64
	for _, r := range results {
		sorted = append(sorted, of(r))
	}
	slices.Sort(sorted)
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (r result) bindsPerS() float64 { return r.BindsPerS }

// ownCPU is of the process whose round it is.
func (r result) ownCPU() float64 { return r.CPU[r.Who] }

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
