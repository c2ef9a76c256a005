// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// sandboxCommand is the argument under which the agent runs itself as the first process of a
// container: it builds the container's filesystem from within the new namespaces, then becomes
// the container's program, which is thereby process 1 of its PID namespace.
const sandboxCommand = "enter-sandbox"

// container is all that enterSandbox needs; it is read from file descriptor 3.
type container struct {
	Scratch  string // an empty folder of the host, mount point of the container's tmpfs
	Image    string // a folder to show as /opt, or ""
	Hosts    string // the file to show as /etc/hosts
	Volumes  string // the folder that holds the pod's volumes, by name
	Mounts   []volumeMount
	Hostname string
	WorkDir  string
	Args     []string
	Env      []string
}

type volumeMount struct{ Volume, SubPath, Path string }

// startContainer starts `c` with its output appended to `output`. The calling goroutine must be
// locked to its thread until the process has ended: the kernel kills the process with the thread,
// so that nothing survives the agent.
func startContainer(c container, output *os.File) (*exec.Cmd, error) {
	spec, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	cmd := exec.Command("/proc/self/exe", sandboxCommand)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{spec}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS |
			syscall.CLONE_NEWIPC,
		Pdeathsig: syscall.SIGKILL,
		Setsid:    true,
	}
	err = cmd.Start()
	spec.Close() // The child's alone now: if it dies, the write below fails instead of blocking.
	if err != nil {
		return nil, err
	}
	return cmd, json.NewEncoder(feed).Encode(c)
}

// enterSandbox returns only on failure.
func enterSandbox() error {
	runtime.LockOSThread()
	var c container
	spec := os.NewFile(3, "spec")
	if err := json.NewDecoder(spec).Decode(&c); err != nil {
		return err
	}
	spec.Close()
	root := filepath.Join(c.Scratch, "root")
	if err := buildRoot(c, root); err != nil {
		return err
	}
	if err := syscall.Chroot(root); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	// From here a mount path means what it means to the container: /var/run is an absolute link,
	// and followed before chroot it would lead into the host's /run.
	for _, mount := range c.Mounts {
		if err := bind(filepath.Join("/.volumes", mount.Volume, mount.SubPath), mount.Path); err != nil {
			return err
		}
	}
	if err := syscall.Unmount("/.volumes", syscall.MNT_DETACH); err != nil {
		return err
	}
	if err := syscall.Sethostname([]byte(c.Hostname)); err != nil {
		return err
	}
	if c.WorkDir != "" {
		if err := os.MkdirAll(c.WorkDir, 0o755); err != nil {
			return err
		}
		if err := os.Chdir(c.WorkDir); err != nil {
			return err
		}
	}
	os.Clearenv()
	for _, entry := range c.Env {
		name, value, _ := strings.Cut(entry, "=")
		os.Setenv(name, value)
	}
	program, err := exec.LookPath(c.Args[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, c.Args, c.Env)
}

// buildRoot mounts the container's filesystem at `root`. What the overlays take as their upper
// layers lies on a tmpfs of its own, since an upper layer below the lower one would overlap it.
func buildRoot(c container, root string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := syscall.Mount("tmpfs", c.Scratch, "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("tmpfs: %w", err)
	}
	overlays := []struct{ name, lower, target string }{{"host", "/", root}}
	if c.Image != "" {
		overlays = append(overlays,
			struct{ name, lower, target string }{"image", c.Image, filepath.Join(root, "opt")})
	}
	for _, o := range overlays {
		upper := filepath.Join(c.Scratch, o.name+"-upper")
		work := filepath.Join(c.Scratch, o.name+"-work")
		for _, dir := range []string{upper, work, o.target} {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", o.lower, upper, work)
		if err := syscall.Mount("overlay", o.target, "overlay", 0, options); err != nil {
			return fmt.Errorf("overlay of %s: %w", o.lower, err)
		}
	}
	if err := syscall.Mount("proc", filepath.Join(root, "proc"), "proc", 0, ""); err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	for _, dir := range []string{"/dev", "/sys"} {
		flags := uintptr(syscall.MS_BIND | syscall.MS_REC)
		if err := syscall.Mount(dir, filepath.Join(root, dir), "", flags, ""); err != nil {
			return fmt.Errorf("bind %s: %w", dir, err)
		}
	}
	// A fresh /root too: a kubeconfig there must not be found by the Kubernetes client in the pod.
	for _, dir := range []string{"/run", "/tmp", "/root"} {
		if err := syscall.Mount("tmpfs", filepath.Join(root, dir), "tmpfs", 0, ""); err != nil {
			return fmt.Errorf("tmpfs on %s: %w", dir, err)
		}
	}
	if err := bind(c.Volumes, filepath.Join(root, ".volumes")); err != nil {
		return err
	}
	return bind(c.Hosts, filepath.Join(root, "etc/hosts"))
}

// bind shows `source`, a file or a folder, at `target`, which is made if absent.
func bind(source, target string) error {
	from, err := os.Stat(source)
	if err != nil {
		return err
	}
	if from.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil {
		var file *os.File
		if file, err = os.OpenFile(target, os.O_CREATE, 0o644); err == nil {
			file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := syscall.Mount(source, target, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s on %s: %w", source, target, err)
	}
	return nil
}
