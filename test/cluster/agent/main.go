// SPDX-License-Identifier: Apache-2.0

// Command agent plays the kubelet of one or more Nodes on one machine, for tests: pods bound to
// its nodes run as real processes, each in mount, PID, UTS and IPC namespaces of its own, with an
// address from 127.0.0.0/8. There is no isolation beyond that: the root filesystem of a pod is a
// throw-away overlay of the host's, and it runs as root. It needs root, and is for tests only.
//
// Promise: a pod that does not fit the allocatable of its node next to the pods already running
// there is failed with OutOfcpu, OutOfmemory or OutOfpods, as a kubelet does. A scheduler that
// over-commits a node is thereby seen. When the agent ends, for whatever cause, no process of a
// pod is left.
//
// What a kubelet does and this does not: restarts, probes, init containers, volumes other than
// configMap, emptyDir, projected and downwardAPI, memory and CPU limits, Secrets.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

type nodeFlags []nodeSpec

func (f *nodeFlags) String() string { return "" }
func (f *nodeFlags) Set(text string) error {
	node, err := parseNode(text)
	if err == nil {
		*f = append(*f, node)
	}
	return err
}

type imageFlags map[string]string

func (f imageFlags) String() string { return "" }
func (f imageFlags) Set(text string) error {
	name, dir, found := strings.Cut(text, "=")
	if !found || !filepath.IsAbs(dir) {
		return fmt.Errorf("%q: expected NAME=/ABSOLUTE/DIR", text)
	}
	f[name] = dir
	return nil
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == sandboxCommand {
		err := enterSandbox()
		fmt.Fprintln(os.Stderr, "agent: sandbox:", err)
		os.Exit(128)
	}
	var nodes nodeFlags
	images := imageFlags{}
	kubeconfig := flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "cluster to join, as admin")
	state := flag.String("state", "", "folder for volumes, logs (logs/NAMESPACE_POD_CONTAINER.log) and "+
		"process ids (pids/NAMESPACE_POD_CONTAINER); made if absent")
	flag.Var(&nodes, "node", "node to play: name=N,cpu=4,memory=4Gi,pods=20[,label=K=V...]"+
		"[,taint=K=V:EFFECT...]; repeatable")
	flag.Var(images, "image", "NAME=/DIR: containers of image NAME see DIR as /opt and start "+
		"/opt/entrypoint.sh; repeatable. The image `host` is always there, as the host is")
	flag.Parse()
	if *kubeconfig == "" || *state == "" || len(nodes) == 0 || flag.NArg() != 0 {
		fmt.Fprintln(os.Stderr, "agent: --kubeconfig, --state and at least one --node are needed")
		os.Exit(2)
	}
	if err := run(*kubeconfig, *state, nodes, images); err != nil {
		log.Fatal("agent: ", err)
	}
}

func run(kubeconfig, state string, nodes []nodeSpec, images map[string]string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 500, 1000
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	net, err := newNetwork(ctx, config.Host, filepath.Join(state, "hosts"))
	if err != nil {
		return err
	}
	kubelet, err := newKubelet(client, net, state, nodes, images)
	if err != nil {
		return err
	}
	if err := kubelet.Start(ctx); err != nil {
		return err
	}
	for _, node := range nodes {
		if err := register(ctx, client, node); err != nil {
			return fmt.Errorf("node %s: %w", node.name, err)
		}
		go keepLease(ctx, client, node.name)
	}
	fmt.Printf("agent: %d nodes ready, pods on %s\n", len(nodes), net.prefix+".0.0/16")
	<-ctx.Done()
	kubelet.Stop()
	for _, node := range nodes {
		unregister(client, node.name)
	}
	return nil
}
