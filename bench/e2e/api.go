// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"
)

// api is one user's access to the API server: HTTP/1.1 over at most `connections` kept-alive
// connections, JSON, no client-side rate limit.
type api struct {
	server string
	token  string
	client *http.Client
}

type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Server string `json:"server"`
			CA     []byte `json:"certificate-authority-data"`
		} `json:"cluster"`
	} `json:"clusters"`
	Users []struct {
		User struct {
			Token string `json:"token"`
			Cert  []byte `json:"client-certificate-data"`
			Key   []byte `json:"client-key-data"`
		} `json:"user"`
	} `json:"users"`
}

// newAPI reads a kubeconfig through kubectl, which resolves its files.
func newAPI(path string, connections int) (*api, error) {
	out, err := exec.Command("kubectl", "--kubeconfig", path, "config", "view", "--raw", "--minify", "--flatten",
		"-o", "json").Output()
	if err != nil {
		return nil, fmt.Errorf("kubectl config view of %s: %w", path, err)
	}
	var config kubeconfig
	if err := json.Unmarshal(out, &config); err != nil {
		return nil, err
	}
	if len(config.Clusters) != 1 || len(config.Users) != 1 {
		return nil, fmt.Errorf("%s: expected one cluster and one user", path)
	}
	cluster, user := config.Clusters[0].Cluster, config.Users[0].User
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cluster.CA)
	tlsConfig := &tls.Config{RootCAs: roots}
	if len(user.Cert) > 0 {
		pair, err := tls.X509KeyPair(user.Cert, user.Key)
		if err != nil {
			return nil, err
		}
		tlsConfig.Certificates = []tls.Certificate{pair}
	}
	transport := &http.Transport{
		TLSClientConfig:     tlsConfig,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1
		MaxIdleConnsPerHost: connections + 4,
		IdleConnTimeout:     60 * time.Second,
	}
	return &api{server: cluster.Server, token: user.Token, client: &http.Client{Transport: transport}}, nil
}

func (a *api) open(method, path, contentType string, body []byte) (*http.Response, error) {
	request, err := http.NewRequest(method, a.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	return a.client.Do(request)
}

// call is a request whose answer only has to be a success.
func (a *api) call(method, path, contentType string, body []byte) error {
	response, err := a.open(method, path, contentType, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 400))
		return fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, text)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (a *api) post(path string, body []byte) error {
	return a.call("POST", path, "application/json", body)
}

// parallel runs work(0..n-1) on `workers` goroutines; the first error wins.
func parallel(n, workers int, work func(i int) error) error {
	next := make(chan int)
	errs := make(chan error, workers)
	for w := 0; w < workers; w++ {
		go func() {
			var first error
			for i := range next {
				if first == nil {
					first = work(i)
				}
			}
			errs <- first
		}()
	}
	for i := 0; i < n; i++ {
		next <- i
	}
	close(next)
	var first error
	for w := 0; w < workers; w++ {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}
