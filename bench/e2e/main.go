// SPDX-License-Identifier: Apache-2.0

// The end-to-end benchmark's tool: nodes, pods, a bind-only client and measured rounds on a real API
// server. bench/e2e/run.sh puts them together.
package main

import (
	"fmt"
	"os"
)

func die(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", arguments...)
	os.Exit(1)
}

func check(err error) {
	if err != nil {
		die("%v", err)
	}
}

func main() {
	commands := map[string]func([]string){
		"nodes":     createNodes,
		"bind-only": bindOnly,
		"round":     round,
		"idle":      idle,
		"backlog":   backlog,
		"summary":   summary,
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		die("expected nodes, bind-only, round, idle, backlog or summary")
	}
	commands[os.Args[1]](os.Args[2:])
}
