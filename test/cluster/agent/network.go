// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// network gives pods addresses and names. All share the host's loopback device; 127.N.0.0/16 is
// the agent's own, claimed by listening on 127.N.0.1:443, which forwards to the API server as the
// `kubernetes` Service does. So several agents can run at once.
//
// Names live in one hosts file that is bound into every pod. It is rewritten in place: a rename
// would leave the pods with the old file.
type network struct {
	prefix string // "127.N"
	hosts  string

	mutex sync.Mutex
	next  int
	wrote string
}

func newNetwork(ctx context.Context, apiserver, hosts string) (*network, error) {
	server, err := url.Parse(apiserver)
	if err != nil || server.Port() == "" {
		return nil, fmt.Errorf("server %q: expected https://HOST:PORT", apiserver)
	}
	if err := os.MkdirAll(filepath.Dir(hosts), 0o755); err != nil {
		return nil, err
	}
	for n := 96; n < 250; n++ {
		prefix := fmt.Sprintf("127.%d", n)
		listener, err := net.Listen("tcp", prefix+".0.1:443")
		if err != nil {
			continue
		}
		go forward(ctx, listener, server.Host)
		made := &network{prefix: prefix, hosts: hosts}
		return made, made.WriteHosts(nil)
	}
	return nil, fmt.Errorf("no 127.N.0.1:443 to listen on, N in 96..249 (root is needed)")
}

// Address gives an address that no pod of this agent had before (60,000 of them).
func (n *network) Address() string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.next++
	return fmt.Sprintf("%s.%d.%d", n.prefix, 1+n.next/250%250, 1+n.next%250)
}

// WriteHosts makes `lines` ("ADDRESS NAME...") the names that pods see, beside the host's own.
func (n *network) WriteHosts(lines []string) error {
	text := strings.Join(append([]string{
		"127.0.0.1 localhost",
		n.prefix + ".0.1 kubernetes.default.svc kubernetes.default kubernetes " +
			"kubernetes.default.svc.cluster.local",
	}, lines...), "\n") + "\n"
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if text == n.wrote {
		return nil
	}
	file, err := os.OpenFile(n.hosts, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	// Truncated after the write, not before: no reader finds the file empty.
	if _, err := file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	n.wrote = text
	return file.Truncate(int64(len(text)))
}

func forward(ctx context.Context, listener net.Listener, target string) {
	context.AfterFunc(ctx, func() { listener.Close() })
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			server, err := net.Dial("tcp", target)
			if err != nil {
				return
			}
			defer server.Close()
			done := make(chan struct{}, 2)
			pipe := func(to, from net.Conn) {
				io.Copy(to, from)
				to.(*net.TCPConn).CloseWrite()
				done <- struct{}{}
			}
			go pipe(server, client)
			go pipe(client, server)
			<-done
			<-done
		}()
	}
}
