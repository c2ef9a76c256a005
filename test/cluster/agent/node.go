// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"time"

	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// nodeSpec is what one --node flag says.
type nodeSpec struct {
	name        string
	allocatable core.ResourceList
	labels      map[string]string
	taints      []core.Taint
}

func parseNode(text string) (nodeSpec, error) {
	node := nodeSpec{
		allocatable: core.ResourceList{core.ResourcePods: resource.MustParse("110")},
		labels:      map[string]string{},
		taints:      []core.Taint{},
	}
	for _, part := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "name":
			node.name = value
		case "label":
			label, set, _ := strings.Cut(value, "=")
			node.labels[label] = set
		case "taint":
			keyed, effect, found := strings.Cut(value, ":")
			if !found {
				return node, fmt.Errorf("taint %q: expected KEY=VALUE:EFFECT", value)
			}
			taint, set, _ := strings.Cut(keyed, "=")
			node.taints = append(node.taints,
				core.Taint{Key: taint, Value: set, Effect: core.TaintEffect(effect)})
		default: // A resource: cpu, memory, pods or an extended one.
			quantity, err := resource.ParseQuantity(value)
			if err != nil {
				return node, fmt.Errorf("%s %q: expected a quantity", key, value)
			}
			node.allocatable[core.ResourceName(key)] = quantity
		}
	}
	if node.name == "" {
		return node, fmt.Errorf("%q: expected name=...", text)
	}
	node.labels[core.LabelHostname] = node.name
	return node, nil
}

// register makes the Node anew. Admission taints each new Node not-ready, so the taints are set
// in a second step.
func register(ctx context.Context, client kubernetes.Interface, spec nodeSpec) error {
	unregister(client, spec.name)
	now := meta.Now()
	node := &core.Node{
		ObjectMeta: meta.ObjectMeta{Name: spec.name, Labels: spec.labels},
		Status: core.NodeStatus{
			Capacity:    spec.allocatable,
			Allocatable: spec.allocatable,
			Conditions: []core.NodeCondition{{
				Type: core.NodeReady, Status: core.ConditionTrue, Reason: "AgentReady",
				LastHeartbeatTime: now, LastTransitionTime: now,
			}},
			Addresses: []core.NodeAddress{{Type: core.NodeInternalIP, Address: "127.0.0.1"}},
		},
	}
	if _, err := client.CoreV1().Nodes().Create(ctx, node, meta.CreateOptions{}); err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"taints": spec.taints}})
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Nodes().Patch(ctx, spec.name, types.MergePatchType, patch,
		meta.PatchOptions{})
	return err
}

func unregister(client kubernetes.Interface, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := client.CoreV1().Nodes().Delete(ctx, name, meta.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		log.Printf("node %s: delete: %v", name, err)
	}
}

// keepLease renews the node's Lease until ctx ends; without it the node lifecycle controller
// marks the Node unknown and evicts its pods.
func keepLease(ctx context.Context, client kubernetes.Interface, name string) {
	leases := client.CoordinationV1().Leases(core.NamespaceNodeLease)
	duration := int32(40)
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		now := meta.NowMicro()
		spec := coordination.LeaseSpec{
			HolderIdentity: &name, LeaseDurationSeconds: &duration, RenewTime: &now,
		}
		lease, err := leases.Get(ctx, name, meta.GetOptions{})
		if apierrors.IsNotFound(err) {
			lease = &coordination.Lease{ObjectMeta: meta.ObjectMeta{Name: name}, Spec: spec}
			_, err = leases.Create(ctx, lease, meta.CreateOptions{})
		} else if err == nil {
			lease.Spec = spec
			_, err = leases.Update(ctx, lease, meta.UpdateOptions{})
		}
		if err != nil && ctx.Err() == nil {
			log.Printf("node %s: lease: %v", name, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
