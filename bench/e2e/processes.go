// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const ticksPerSecond = 100 // USER_HZ, the unit of /proc/stat on Linux

// cpuOf is the user and system time that the process has used, to the nanosecond: the ticks of
// /proc/PID/stat are as long as what a hundred bound pods take.
func cpuOf(pid int) time.Duration {
	clock := uintptr(^pid<<3 | 2) // clock_getcpuclockid(3)
	var used syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&used)), 0); errno != 0 {
		die("CPU time of process %d: %v", pid, errno)
	}
	return time.Duration(used.Nano())
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
