// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const basePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// podRun is one pod from its admission to its end. active and forgotten are the kubelet's, under
// its mutex.
type podRun struct {
	kubelet   *kubelet
	pod       *core.Pod
	key       string // NAMESPACE_NAME
	ip        string
	requests  core.ResourceList
	active    bool // it counts on its node
	forgotten bool // the API server has it no more

	ctx    context.Context // ends when the pod is to end
	cancel context.CancelFunc

	mutex     sync.Mutex
	deleting  bool
	killed    bool // no process is to live any more
	processes map[string]*exec.Cmd
	started   meta.Time
}

func newPodRun(k *kubelet, pod *core.Pod) *podRun {
	ctx, cancel := context.WithCancel(context.Background())
	return &podRun{
		kubelet: k, pod: pod, key: pod.Namespace + "_" + pod.Name, ip: k.net.Address(),
		requests: requestsOf(pod), ctx: ctx, cancel: cancel, processes: map[string]*exec.Cmd{},
		started: meta.Now(),
	}
}

// Terminate asks the processes to end, and kills those that are left after `grace`. A second call
// only matters if it is the harder one.
func (p *podRun) Terminate(grace time.Duration) {
	p.cancel()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if grace > 0 && !p.deleting {
		time.AfterFunc(grace, func() { p.Terminate(0) })
		p.signal(syscall.SIGTERM)
	} else if grace == 0 && !p.killed {
		p.killed = true
		p.signal(syscall.SIGKILL)
	}
	p.deleting = true
}

func (p *podRun) signal(signal os.Signal) {
	for _, cmd := range p.processes {
		cmd.Process.Signal(signal)
	}
}

// Run takes the pod to its end and tells the API server.
func (p *podRun) Run() {
	dir := filepath.Join(p.kubelet.state, "pods", string(p.pod.UID))
	defer os.RemoveAll(dir)
	p.kubelet.writeNames()
	status := core.PodStatus{Phase: core.PodFailed}
	if err := p.prepare(dir); err == nil {
		status = p.runContainers(dir)
	} else if p.ctx.Err() == nil {
		status.Reason, status.Message = "CreateContainerConfigError", err.Error()
		log.Printf("%s: %v", p.key, err)
	}
	if p.kubelet.ended(p) {
		return
	}
	p.report(status)
	p.mutex.Lock()
	deleting := p.deleting
	p.mutex.Unlock()
	if deleting {
		deletePod(p.kubelet.client, p.pod)
	}
}

func (p *podRun) prepare(dir string) error {
	if len(p.pod.Spec.InitContainers) > 0 {
		return fmt.Errorf("init containers are not run by this agent")
	}
	for _, c := range p.pod.Spec.Containers {
		if _, found := p.kubelet.images[c.Image]; !found && c.Image != "host" {
			return fmt.Errorf("container %s: image %q: expected host or one of --image", c.Name, c.Image)
		}
		if len(c.Command) == 0 && c.Image == "host" {
			return fmt.Errorf("container %s: image host needs a command", c.Name)
		}
	}
	return volumeWriter{p.kubelet.client, p.pod, p.ip}.Write(p.ctx, filepath.Join(dir, "volumes"))
}

func (p *podRun) runContainers(dir string) core.PodStatus {
	ends := make(chan core.ContainerStatus)
	statuses := map[string]core.ContainerStatus{}
	for i := range p.pod.Spec.Containers {
		spec := &p.pod.Spec.Containers[i]
		statuses[spec.Name] = core.ContainerStatus{
			Name: spec.Name, Image: spec.Image, Ready: true, Started: new(true),
			State: core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: meta.Now()}},
		}
		go func() { ends <- p.runContainer(dir, spec) }()
	}
	p.report(p.status(core.PodRunning, statuses))
	phase := core.PodSucceeded
	for range p.pod.Spec.Containers {
		ended := <-ends
		statuses[ended.Name] = ended
		if ended.State.Terminated.ExitCode != 0 {
			phase = core.PodFailed
		}
	}
	return p.status(phase, statuses)
}

// runContainer returns when the container's process has ended.
func (p *podRun) runContainer(dir string, spec *core.Container) core.ContainerStatus {
	runtime.LockOSThread() // See startContainer.
	defer runtime.UnlockOSThread()
	began := meta.Now()
	code, reason, message := int32(0), "Completed", ""
	file := p.key + "_" + spec.Name
	if cmd, err := p.start(dir, spec, file); err != nil {
		code, reason, message = 128, "StartError", err.Error()
		log.Printf("%s: %v", file, err)
	} else if cmd.Wait() != nil {
		wait := cmd.ProcessState.Sys().(syscall.WaitStatus)
		code, reason = int32(wait.ExitStatus()), "Error"
		if wait.Signaled() {
			code = 128 + int32(wait.Signal())
		}
	}
	p.mutex.Lock()
	delete(p.processes, spec.Name) // Its process id may be another's from now on.
	p.mutex.Unlock()
	os.Remove(filepath.Join(p.kubelet.state, "pids", file))
	return core.ContainerStatus{
		Name: spec.Name, Image: spec.Image,
		State: core.ContainerState{Terminated: &core.ContainerStateTerminated{
			ExitCode: code, Reason: reason, Message: message,
			StartedAt: began, FinishedAt: meta.Now(),
		}},
	}
}

func (p *podRun) start(dir string, spec *core.Container, file string) (*exec.Cmd, error) {
	c, err := p.describe(dir, spec)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Scratch, 0o755); err != nil {
		return nil, err
	}
	output, err := os.OpenFile(filepath.Join(p.kubelet.state, "logs", file+".log"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.deleting {
		return nil, fmt.Errorf("deleted before it was started")
	}
	cmd, err := startContainer(c, output)
	if cmd != nil {
		p.processes[spec.Name] = cmd
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(p.kubelet.state, "pids", file),
			[]byte(strconv.Itoa(cmd.Process.Pid)), 0o644)
	}
	if err != nil && cmd != nil {
		cmd.Process.Kill()
		cmd.Wait()
	}
	return cmd, err
}

func (p *podRun) describe(dir string, spec *core.Container) (container, error) {
	c := container{
		Scratch: filepath.Join(dir, "root-"+spec.Name), Image: p.kubelet.images[spec.Image],
		Hosts: p.kubelet.net.hosts, Volumes: filepath.Join(dir, "volumes"),
		Hostname: hostname(p.pod), WorkDir: spec.WorkingDir,
		Args: append(append([]string{}, spec.Command...), spec.Args...),
		Env: []string{
			"PATH=" + basePath, "HOME=/root", "HOSTNAME=" + hostname(p.pod),
			"KUBERNETES_SERVICE_HOST=kubernetes.default.svc", "KUBERNETES_SERVICE_PORT=443",
		},
	}
	if len(spec.Command) == 0 {
		c.Args = append([]string{"/opt/entrypoint.sh"}, spec.Args...)
	}
	for _, mount := range spec.VolumeMounts {
		c.Mounts = append(c.Mounts, volumeMount{mount.Name, mount.SubPath, mount.MountPath})
	}
	for _, env := range spec.Env {
		value := env.Value
		if env.ValueFrom != nil {
			if env.ValueFrom.FieldRef == nil {
				return c, fmt.Errorf("env %s: expected a value or a fieldRef", env.Name)
			}
			var err error
			writer := volumeWriter{p.kubelet.client, p.pod, p.ip}
			if value, err = writer.Field(env.ValueFrom.FieldRef.FieldPath); err != nil {
				return c, fmt.Errorf("env %s: %w", env.Name, err)
			}
		}
		c.Env = append(c.Env, env.Name+"="+value)
	}
	return c, nil
}

func (p *podRun) status(
	phase core.PodPhase, containers map[string]core.ContainerStatus,
) core.PodStatus {
	status := core.PodStatus{
		Phase: phase, PodIP: p.ip, PodIPs: []core.PodIP{{IP: p.ip}}, HostIP: "127.0.0.1",
		StartTime: &p.started,
	}
	for _, spec := range p.pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, containers[spec.Name])
	}
	ready := core.ConditionFalse
	if phase == core.PodRunning {
		ready = core.ConditionTrue
	}
	for kind, value := range map[core.PodConditionType]core.ConditionStatus{
		core.PodInitialized: core.ConditionTrue, core.ContainersReady: ready, core.PodReady: ready,
	} {
		status.Conditions = append(status.Conditions, core.PodCondition{
			Type: kind, Status: value, LastTransitionTime: meta.Now(),
		})
	}
	return status
}

func (p *podRun) report(status core.PodStatus) { patchStatus(p.kubelet.client, p.pod, status) }

// patchStatus keeps trying for a while: a status that is lost would leave a finished pod Running.
func patchStatus(client kubernetes.Interface, pod *core.Pod, status core.PodStatus) {
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": pod.UID}, "status": status,
	})
	for try := 0; err == nil && try < 20; try++ {
		_, err = client.CoreV1().Pods(pod.Namespace).Patch(context.Background(), pod.Name,
			types.StrategicMergePatchType, patch, meta.PatchOptions{}, "status")
		if err == nil || gone(err) {
			return
		}
		time.Sleep(500 * time.Millisecond)
		log.Printf("%s/%s: status: %v", pod.Namespace, pod.Name, err)
		err = nil
	}
}

// gone says that this very pod does not exist any more, or that its name is another's.
func gone(err error) bool { return apierrors.IsNotFound(err) || apierrors.IsConflict(err) }

// hostname is the pod's own, cut to what the kernel takes.
func hostname(pod *core.Pod) string {
	name := pod.Spec.Hostname
	if name == "" {
		name = pod.Name
	}
	return strings.TrimRight(name[:min(len(name), 63)], "-.")
}
