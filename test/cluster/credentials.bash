# SPDX-License-Identifier: Apache-2.0
# The cluster's own certificate authority and a kubeconfig for each of its users.
# RSA keys: the Java client inside spark-submit cannot read an EC key as openssl writes it.

make_certificates() {
  local folder=$cluster_dir/certs
  mkdir -p "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 \
    -subj "/CN=muster-test-ca" -keyout "$folder/ca.key" -out "$folder/ca.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign || return 1
  make_certificate apiserver /CN=kube-apiserver serverAuth \
    "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc,DNS:kubernetes" &&
    make_certificate admin /O=system:masters/CN=admin clientAuth &&
    make_certificate kwok /O=system:masters/CN=kwok clientAuth &&
    make_certificate controller-manager /CN=system:kube-controller-manager clientAuth &&
    openssl genrsa -out "$folder/service-accounts.key" 2048 &&
    openssl rsa -in "$folder/service-accounts.key" -pubout -out "$folder/service-accounts.pub"
}

# make_certificate NAME SUBJECT USAGE [EXTENSION]
make_certificate() {
  local folder=$cluster_dir/certs name=$1 subject=$2 usage=$3 extension=${4:-}
  openssl req -new -newkey rsa:2048 -nodes -subj "$subject" \
    -keyout "$folder/$name.key" -out "$folder/$name.csr" || return 1
  openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" \
    -CAcreateserial -days 365 -out "$folder/$name.crt" \
    -extfile <(printf 'extendedKeyUsage=%s\n%s\n' "$usage" "$extension")
}

# kubeconfig_of NAME: on stdout, for the client certificate of that name.
kubeconfig_of() {
  local folder=$cluster_dir/certs
  kubeconfig "$1" "client-certificate-data: $(base64 -w0 "$folder/$1.crt")" \
    "client-key-data: $(base64 -w0 "$folder/$1.key")"
}

# kubeconfig USER CREDENTIAL_LINE...: self-contained, so it may be copied elsewhere.
kubeconfig() {
  local user=$1
  shift
  cat <<YAML
apiVersion: v1
kind: Config
clusters:
- name: muster-test
  cluster:
    server: https://127.0.0.1:$port_apiserver
    certificate-authority-data: $(base64 -w0 "$cluster_dir/certs/ca.crt")
users:
- name: $user
  user:
$(printf '    %s\n' "$@")
contexts:
- name: muster-test
  context: {cluster: muster-test, user: $user}
current-context: muster-test
YAML
}
