// SPDX-License-Identifier: Apache-2.0
// A Kubernetes API server of a few kinds, in this process, over real sockets: protobuf lists and
// watch streams, WatchList and bookmarks, paging, bindings, evictions under PodDisruptionBudgets,
// status patches, leases; and whatever goes wrong with one, on demand. Semantics are those of v1.36
// (pkg/registry/core/pod/storage, apiserver cacher).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "k8s/cluster.pb.h"
#include "k8s/pod.pb.h"
#include "k8s/policy.pb.h"
#include "test/kube/fake_http.h"

namespace muster::kube {

// What happens to the next `times` requests whose method and "path?query" contain the texts.
struct Fault {
  enum class Act {
    kReply,       // answer `code`, with Retry-After where set; the request has no effect
    kCutBefore,   // reset the connection; no effect
    kCutAfter,    // effect, then reset instead of an answer
    kHang,        // effect, then no answer until the client leaves
    kHangBefore,  // no effect, no answer until the client leaves
  };
  std::string method;
  std::string path;
  int times = 1;
  Act act = Act::kReply;
  int code = 500;
  int retry_after = 0;
  std::string body = "{\"kind\":\"Status\",\"message\":\"as told\"}";
};

class FakeApiServer {
 public:
  explicit FakeApiServer(SSL_CTX* tls = nullptr);
  ~FakeApiServer();

  std::string url() const;
  FakeHttp& http() { return *http_; }

  // Adds or replaces; fills resourceVersion, and uid where it is empty ("uid-<kind>-<key>-<n>").
  // Returns the uid.
  std::string Put(k8s::Pod pod);
  std::string Put(k8s::Node node);
  std::string Put(k8s::ConfigMap map);
  std::string Put(k8s::Lease lease);
  // An eviction takes one of its disruptions, a dry run none; nothing gives any back.
  std::string Put(k8s::PodDisruptionBudget budget);
  void Remove(const std::string& kind, const std::string& key);
  // Bytes that are no object of the kind, shown to its watches only.
  void SendGarbage(const std::string& kind);

  k8s::Pod GetPod(const std::string& key);
  k8s::Lease GetLease(const std::string& key);
  k8s::ConfigMap GetConfigMap(const std::string& key);
  bool Has(const std::string& kind, const std::string& key);

  void Add(Fault fault);
  void ClearFaults();
  void set_watch_list(bool offered);
  // Watches that resume from before now are answered 410.
  void Compact();
  // The next `count` changes of the kind are told to no watch.
  void Lose(const std::string& kind, int count);
  void SendBookmark(const std::string& kind);
  void SendError(const std::string& kind, int code, const std::string& reason);
  // Open watches of the kind end: by reset, or in good order.
  void CutWatches(const std::string& kind, bool orderly = false);

  std::vector<WireRequest> Requests();
  // Requests so far whose method and "path?query" contain the texts.
  int Count(const std::string& method, const std::string& path);
  int OpenWatches(const std::string& kind);
  std::vector<k8s::Event> Events();
  int max_concurrent_binds();
  std::string last_client_name();

 private:
  struct Stored {
    std::string raw;
    std::string uid;
  };
  struct Change {
    int64_t version;
    std::string kind;
    std::string type;
    std::string body;  // with envelope
    std::string key;
    bool lost = false;
  };

  template <typename T>
  std::string PutObject(const std::string& kind, T object);
  template <typename T>
  std::string StoreLocked(const std::string& kind, const std::string& key, T object);
  bool Handle(const WireRequest& request, WireConnection& connection);
  bool Dispatch(const WireRequest& request, WireConnection& connection);
  bool Apply(const WireRequest& request, std::string* kind, int* code, std::string* body);
  bool TakeFault(const WireRequest& request, Fault* fault);
  bool Watch(const std::string& kind, const WireRequest& request, WireConnection& connection);
  bool SendInitial(const std::string& kind, const std::string& only, WireConnection& connection,
                   int64_t version);
  void List(const std::string& kind, const WireRequest& request, int* code, std::string* body);
  int Bind(const std::string& key, const WireRequest& request, std::string* body);
  int Evict(const std::string& key, const WireRequest& request, std::string* body);
  int JudgeBudgets(const k8s::Pod& pod, bool dry_run, std::string* body);
  int PatchStatus(const std::string& key, const WireRequest& request, std::string* body);
  int Delete(const std::string& kind, const std::string& key, const WireRequest& request,
             std::string* body);
  template <typename T>
  int WriteWhole(const std::string& kind, const std::string& key, const WireRequest& request,
                 std::string* body);
  void Note(const std::string& kind, const std::string& key, const std::string& type,
            const std::string& raw);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool watch_list_ = true;
  int64_t version_ = 100;
  int64_t compacted_ = 0;
  int next_uid_ = 0;
  std::map<std::string, std::map<std::string, Stored>> objects_;  // kind, key
  std::vector<Change> changes_;
  std::map<std::string, int> lose_;
  std::map<std::string, int> cuts_;  // kind -> generation; odd steps are orderly
  std::map<std::string, bool> cut_orderly_;
  std::map<std::string, int> open_watches_;
  std::deque<Fault> faults_;
  std::vector<WireRequest> requests_;
  std::vector<k8s::Event> events_;
  int binds_now_ = 0;
  int max_binds_ = 0;
  std::string client_name_;
  std::unique_ptr<FakeHttp> http_;  // last: its threads use all of the above
};

}  // namespace muster::kube
