// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const ticksPerSecond = 100 // USER_HZ, the unit of /proc/PID/stat on Linux

// cpuOf is the user and system time that the process has used.
func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	check(err)
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// residentOf is the resident memory of the process in MB, now and at its highest.
func residentOf(pid int) (now, highest float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = kib / 1024
		case "VmHWM:":
			highest = kib / 1024
		}
	}
	return now, highest
}

// busy is the share of all cores that everything on the machine used between two calls.
func machineTicks() (busy, all int64) {
	text, err := os.ReadFile("/proc/stat")
	check(err)
	fields := strings.Fields(strings.SplitN(string(text), "\n", 2)[0])[1:]
	for i, field := range fields {
		ticks, _ := strconv.ParseInt(field, 10, 64)
		all += ticks
		if i != 3 && i != 4 { // idle, iowait
			busy += ticks
		}
	}
	return busy, all
}
