// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// podEvent is what this program reads of a pod's watch event.
type podEvent struct {
	kind, uid, name string
}

// watchPods lists and watches the pods that match the selector and calls `on` for each, from one
// goroutine. A watch that the server ends is taken up where it ended. Returns after the list; the
// watch goes on until the process ends.
func watchPods(a *api, selector string, on func(podEvent)) error {
	path := "/api/v1/pods?fieldSelector=" + selector
	response, err := a.open("GET", path+"&resourceVersion=0", "application/json", nil)
	if err != nil {
		return err
	}
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []struct {
			Metadata struct {
				UID  string `json:"uid"`
				Name string `json:"name"`
			} `json:"metadata"`
		} `json:"items"`
	}
	err = json.NewDecoder(response.Body).Decode(&list)
	response.Body.Close()
	if err != nil {
		return fmt.Errorf("list of pods: %w", err)
	}
	for _, item := range list.Items {
		on(podEvent{"ADDED", item.Metadata.UID, item.Metadata.Name})
	}
	version := list.Metadata.ResourceVersion
	go func() {
		for {
			response, err := a.open("GET", path+"&watch=1&allowWatchBookmarks=true&resourceVersion="+version,
				"application/json", nil)
			if err != nil || response.StatusCode != http.StatusOK {
				die("watch of pods from %s: %v %v", version, response, err)
			}
			version = follow(response, version, on)
		}
	}()
	return nil
}

// follow reads a watch to its end and returns the last resource version. Only four strings of an
// event are looked at: this program shares its two cores with what it measures.
func follow(response *http.Response, version string, on func(podEvent)) string {
	defer response.Body.Close()
	lines := bufio.NewReaderSize(response.Body, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return version
		}
		event := podEvent{field(line, `"type":"`), field(line, `"uid":"`), field(line, `"name":"`)}
		if next := field(line, `"resourceVersion":"`); next != "" {
			version = next
		}
		if event.kind == "ERROR" {
			die("watch of pods: %s", line)
		}
		if event.uid != "" {
			on(event)
		}
	}
}

// field is the string after the first occurrence of key; names, UIDs and versions have no escapes.
func field(line []byte, key string) string {
	at := bytes.Index(line, []byte(key))
	if at < 0 {
		return ""
	}
	rest := line[at+len(key):]
	return string(rest[:bytes.IndexByte(rest, '"')])
}
