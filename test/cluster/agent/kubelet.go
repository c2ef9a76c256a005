// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/component-helpers/resource"
)

// kubelet watches all pods, and runs those bound to its nodes.
type kubelet struct {
	client   kubernetes.Interface
	net      *network
	state    string
	nodes    map[string]nodeSpec
	images   map[string]string
	services corelisters.ServiceLister

	mutex    sync.Mutex
	pods     map[types.UID]*podRun // all that were seen, until the API server forgets them
	stopping bool
	running  sync.WaitGroup
}

func newKubelet(
	client kubernetes.Interface, net *network, state string, nodes []nodeSpec,
	images map[string]string,
) (*kubelet, error) {
	k := &kubelet{
		client: client, net: net, state: state, images: images,
		nodes: map[string]nodeSpec{}, pods: map[types.UID]*podRun{},
	}
	for _, node := range nodes {
		k.nodes[node.name] = node
	}
	// What a killed agent left is of no pod any more: its processes died with it.
	for _, dir := range []string{"pods", "pids"} {
		if err := os.RemoveAll(filepath.Join(state, dir)); err != nil {
			return nil, err
		}
	}
	for _, dir := range []string{"pods", "pids", "logs"} {
		if err := os.MkdirAll(filepath.Join(state, dir), 0o755); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Start returns when all pods and services that exist were seen; work goes on until Stop.
func (k *kubelet) Start(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(k.client, 0)
	services := factory.Core().V1().Services()
	k.services = services.Lister()
	onService := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { k.writeNames() },
		UpdateFunc: func(any, any) { k.writeNames() },
		DeleteFunc: func(any) { k.writeNames() },
	}
	onPod := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(pod any) { k.see(pod.(*core.Pod)) },
		UpdateFunc: func(_, pod any) { k.see(pod.(*core.Pod)) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			k.forget(object.(*core.Pod))
		},
	}
	if _, err := services.Informer().AddEventHandler(onService); err != nil {
		return err
	}
	if _, err := factory.Core().V1().Pods().Informer().AddEventHandler(onPod); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("%v: stopped before all were listed", kind)
		}
	}
	return nil
}

// Stop kills every process of every pod and returns when they are gone.
func (k *kubelet) Stop() {
	k.mutex.Lock()
	k.stopping = true
	for _, p := range k.pods {
		p.Terminate(0)
	}
	k.mutex.Unlock()
	k.running.Wait()
}

// see is called for every change of every pod, one at a time.
func (k *kubelet) see(pod *core.Pod) {
	node, ours := k.nodes[pod.Spec.NodeName]
	terminal := pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
	if !ours || terminal {
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.stopping {
		return
	}
	p, known := k.pods[pod.UID]
	switch {
	case known && pod.DeletionTimestamp != nil:
		grace := int64(30)
		if pod.DeletionGracePeriodSeconds != nil {
			grace = *pod.DeletionGracePeriodSeconds
		}
		p.Terminate(time.Duration(grace) * time.Second)
	case known:
	case pod.DeletionTimestamp != nil:
		go deletePod(k.client, pod)
	case pod.Status.Phase == core.PodRunning:
		k.pods[pod.UID] = newPodRun(k, pod)
		go k.reject(pod, "AgentRestarted", "Its processes ended with the agent that ran them")
	default:
		p = newPodRun(k, pod)
		reason, message := k.admit(node, p)
		k.pods[pod.UID] = p
		if reason != "" {
			log.Printf("%s rejected: %s: %s", p.key, reason, message)
			go k.reject(pod, reason, message)
			return
		}
		p.active = true
		k.running.Add(1)
		go func() {
			defer k.running.Done()
			p.Run()
		}()
	}
}

func (k *kubelet) forget(pod *core.Pod) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if p, known := k.pods[pod.UID]; known {
		p.Terminate(0)
		p.forgotten = true
		if !p.active {
			delete(k.pods, pod.UID)
		}
	}
}

// admit says why `p` does not fit beside what runs on the node now, or "".
func (k *kubelet) admit(node nodeSpec, p *podRun) (reason, message string) {
	names := make([]string, 0, len(p.requests))
	for name := range p.requests {
		names = append(names, string(name))
	}
	sort.Strings(names)
	for _, text := range names {
		name := core.ResourceName(text)
		asked, allocatable := p.requests[name], node.allocatable[name]
		used := apiresource.Quantity{}
		for _, other := range k.pods {
			if other.active && other.pod.Spec.NodeName == node.name {
				used.Add(other.requests[name])
			}
		}
		total := used.DeepCopy()
		total.Add(asked)
		if !asked.IsZero() && total.Cmp(allocatable) > 0 {
			return "OutOf" + text, fmt.Sprintf("Pod was rejected: Node didn't have enough resource: "+
				"%s, requested: %s, used: %s, capacity: %s",
				text, asked.String(), used.String(), allocatable.String())
		}
	}
	return "", ""
}

func (k *kubelet) reject(pod *core.Pod, reason, message string) {
	patchStatus(k.client, pod, core.PodStatus{
		Phase: core.PodFailed, Reason: reason, Message: message,
	})
}

// ended is called by a run that has no process any more.
func (k *kubelet) ended(p *podRun) (stopping bool) {
	k.mutex.Lock()
	p.active = false
	if p.forgotten {
		delete(k.pods, p.pod.UID)
	}
	stopping = k.stopping
	k.mutex.Unlock()
	k.writeNames()
	return stopping
}

// writeNames gives every running pod its host name, and the names of headless services to the
// pods that they select, as cluster DNS would.
func (k *kubelet) writeNames() {
	services, err := k.services.List(labels.Everything())
	if err != nil {
		log.Print("services: ", err)
		return
	}
	var lines []string
	k.mutex.Lock()
	for _, p := range k.pods {
		if !p.active {
			continue
		}
		line := p.ip + " " + hostname(p.pod)
		for _, s := range services {
			if s.Spec.ClusterIP == core.ClusterIPNone && s.Namespace == p.pod.Namespace &&
				len(s.Spec.Selector) > 0 &&
				labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(p.pod.Labels)) {
				short := s.Name + "." + s.Namespace + ".svc"
				line += " " + short + " " + short + ".cluster.local"
			}
		}
		lines = append(lines, line)
	}
	k.mutex.Unlock()
	sort.Strings(lines)
	if err := k.net.WriteHosts(lines); err != nil {
		log.Print("hosts: ", err)
	}
}

func requestsOf(pod *core.Pod) core.ResourceList {
	requests := resource.PodRequests(pod, resource.PodResourcesOptions{})
	requests[core.ResourcePods] = *apiresource.NewQuantity(1, apiresource.DecimalSI)
	return requests
}

func deletePod(client kubernetes.Interface, pod *core.Pod) {
	now := int64(0)
	err := client.CoreV1().Pods(pod.Namespace).Delete(context.Background(), pod.Name,
		meta.DeleteOptions{GracePeriodSeconds: &now, Preconditions: meta.NewUIDPreconditions(
			string(pod.UID))})
	if err != nil && !gone(err) {
		log.Printf("%s/%s: delete: %v", pod.Namespace, pod.Name, err)
	}
}
