// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	authentication "k8s.io/api/authentication/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// volumeWriter lays the volumes of one pod down as folders of the host. A ConfigMap that is not
// there yet is waited for: Spark makes the one of its driver after the driver's pod.
type volumeWriter struct {
	client kubernetes.Interface
	pod    *core.Pod
	ip     string
}

// Write makes dir/NAME for each volume.
func (w volumeWriter) Write(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, volume := range w.pod.Spec.Volumes {
		target := filepath.Join(dir, volume.Name)
		if err := os.MkdirAll(target, 0o777); err != nil {
			return err
		}
		var err error
		switch {
		case volume.EmptyDir != nil:
		case volume.ConfigMap != nil:
			source := volume.ConfigMap
			err = w.configMap(ctx, target, source.Name, source.Items, source.Optional)
		case volume.DownwardAPI != nil:
			err = w.downward(target, volume.DownwardAPI.Items)
		case volume.Projected != nil:
			err = w.projected(ctx, target, volume.Projected.Sources)
		default:
			err = fmt.Errorf("expected configMap, emptyDir, projected or downwardAPI")
		}
		if err != nil {
			return fmt.Errorf("volume %s: %w", volume.Name, err)
		}
	}
	return nil
}

func (w volumeWriter) projected(
	ctx context.Context, target string, sources []core.VolumeProjection,
) error {
	for _, source := range sources {
		var err error
		switch {
		case source.ServiceAccountToken != nil:
			err = w.token(ctx, target, source.ServiceAccountToken)
		case source.ConfigMap != nil:
			c := source.ConfigMap
			err = w.configMap(ctx, target, c.Name, c.Items, c.Optional)
		case source.DownwardAPI != nil:
			err = w.downward(target, source.DownwardAPI.Items)
		default:
			err = fmt.Errorf("expected serviceAccountToken, configMap or downwardAPI")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w volumeWriter) configMap(
	ctx context.Context, target, name string, items []core.KeyToPath, optional *bool,
) error {
	object, err := w.await(ctx, name, optional != nil && *optional)
	if err != nil || object == nil {
		return err
	}
	if len(items) == 0 {
		for key := range object.Data {
			items = append(items, core.KeyToPath{Key: key, Path: key})
		}
		for key := range object.BinaryData {
			items = append(items, core.KeyToPath{Key: key, Path: key})
		}
	}
	for _, item := range items {
		content, found := object.BinaryData[item.Key]
		if text, ok := object.Data[item.Key]; ok {
			content, found = []byte(text), true
		}
		if !found {
			return fmt.Errorf("configmap %s: no key %s", name, item.Key)
		}
		if err := writeFile(target, item.Path, content); err != nil {
			return err
		}
	}
	return nil
}

// await gives the ConfigMap, or nil if it is absent and `optional`.
func (w volumeWriter) await(ctx context.Context, name string, optional bool) (*core.ConfigMap, error) {
	for {
		object, err := w.client.CoreV1().ConfigMaps(w.pod.Namespace).Get(ctx, name, meta.GetOptions{})
		if err == nil {
			return object, nil
		}
		if !apierrors.IsNotFound(err) {
			return nil, err
		}
		if optional {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (w volumeWriter) token(
	ctx context.Context, target string, source *core.ServiceAccountTokenProjection,
) error {
	request := &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{
		ExpirationSeconds: source.ExpirationSeconds,
		BoundObjectRef: &authentication.BoundObjectReference{
			Kind: "Pod", APIVersion: "v1", Name: w.pod.Name, UID: w.pod.UID,
		},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	account := w.pod.Spec.ServiceAccountName
	reply, err := w.client.CoreV1().ServiceAccounts(w.pod.Namespace).CreateToken(
		ctx, account, request, meta.CreateOptions{})
	if err != nil {
		return fmt.Errorf("token of %s: %w", account, err)
	}
	return writeFile(target, source.Path, []byte(reply.Status.Token))
}

func (w volumeWriter) downward(target string, items []core.DownwardAPIVolumeFile) error {
	for _, item := range items {
		if item.FieldRef == nil {
			return fmt.Errorf("downwardAPI %s: expected fieldRef", item.Path)
		}
		value, err := w.Field(item.FieldRef.FieldPath)
		if err != nil {
			return err
		}
		if err := writeFile(target, item.Path, []byte(value)); err != nil {
			return err
		}
	}
	return nil
}

// Field answers a fieldRef.
func (w volumeWriter) Field(path string) (string, error) {
	if kind, key, found := strings.Cut(path, "['"); found {
		key = strings.TrimSuffix(key, "']")
		switch kind {
		case "metadata.labels":
			return w.pod.Labels[key], nil
		case "metadata.annotations":
			return w.pod.Annotations[key], nil
		}
	}
	switch path {
	case "metadata.name":
		return w.pod.Name, nil
	case "metadata.namespace":
		return w.pod.Namespace, nil
	case "metadata.uid":
		return string(w.pod.UID), nil
	case "spec.nodeName":
		return w.pod.Spec.NodeName, nil
	case "spec.serviceAccountName":
		return w.pod.Spec.ServiceAccountName, nil
	case "status.podIP":
		return w.ip, nil
	case "status.hostIP":
		return "127.0.0.1", nil
	}
	return "", fmt.Errorf("fieldRef %q is not known", path)
}

func writeFile(dir, path string, content []byte) error {
	full := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return os.WriteFile(full, content, 0o644)
}
