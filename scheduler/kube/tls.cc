// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/model/check.h"

namespace muster::kube {
namespace {

constexpr char kSystemAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";
constexpr unsigned char kAlpn[] = "\x08http/1.1";

struct FreePart {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, FreePart>;

std::unique_ptr<BIO, FreePart> Open(const std::string& text) {
  return std::unique_ptr<BIO, FreePart>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Asked for the password of an encrypted key: nobody is there to type it.
int NoPassword(char*, int, int, void*) { return 0; }

Certificate Next(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, &NoPassword, nullptr));
}

// Whether reading stopped because the text had no more of what was asked for.
bool AtEnd() {
  const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return end;
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

absl::Status Malformed(absl::string_view what, absl::string_view expected) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(what, ": expected ", expected, " in PEM"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Make(const Credentials& credentials,
                                                             const std::string& host) {
  std::unique_ptr<TlsContext> made(new TlsContext(host, !credentials.insecure));
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = made->context_.get();
  MUSTER_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // What waits to be sent may move, and goes out in parts.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_protos(context, kAlpn, sizeof(kAlpn) - 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &TlsContext::OnSession);
  SSL_CTX_set_app_data(context, made.get());
  if (made->verifies_) {
    if (absl::Status trust = made->Trust(credentials.ca); !trust.ok()) return trust;
  }
  if (!credentials.certificate.empty()) {
    absl::Status identity = made->Identify(credentials.certificate, credentials.key);
    if (!identity.ok()) return identity;
  }
  return made;
}

absl::Status TlsContext::Trust(const std::string& authorities) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context_.get());
  // An intermediate authority among the trusted ones is as good as a root.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int named = IsAddress(host_) ? X509_VERIFY_PARAM_set1_ip_asc(rules, host_.c_str())
                                     : X509_VERIFY_PARAM_set1_host(rules, host_.c_str(), 0);
  MUSTER_CHECK(named == 1);
  if (authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context_.get());
    // An image that has the bundle alone lacks the folder that Debian's OpenSSL looks into.
    SSL_CTX_load_verify_file(context_.get(), kSystemAuthorities);
    ERR_clear_error();
    return absl::OkStatus();
  }
  const auto bio = Open(authorities);
  int count = 0;
  while (const Certificate certificate = Next(bio.get())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), certificate.get());
    ++count;
  }
  if (!AtEnd() || count == 0) return Malformed("certificate-authority", "certificates");
  return absl::OkStatus();
}

absl::Status TlsContext::Identify(const std::string& certificate, const std::string& key) {
  const auto chain = Open(certificate);
  const Certificate own = Next(chain.get());
  if (own == nullptr || SSL_CTX_use_certificate(context_.get(), own.get()) != 1) {
    return Malformed("client-certificate", "a certificate");
  }
  while (const Certificate issuer = Next(chain.get())) {
    SSL_CTX_add1_chain_cert(context_.get(), issuer.get());
  }
  if (!AtEnd()) return Malformed("client-certificate", "certificates");
  const auto bio = Open(key);
  const std::unique_ptr<EVP_PKEY, FreePart> secret(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  if (secret == nullptr) return Malformed("client-key", "a private key without password");
  if (SSL_CTX_use_PrivateKey(context_.get(), secret.get()) != 1) {
    return Malformed("client-key", "the key of client-certificate");
  }
  return absl::OkStatus();
}

TlsContext::Ssl TlsContext::NewClient() {
  Ssl ssl(SSL_new(context_.get()));
  MUSTER_CHECK(ssl != nullptr);
  SSL_set_connect_state(ssl.get());
  if (!IsAddress(host_)) SSL_set_tlsext_host_name(ssl.get(), host_.c_str());
  if (session_ != nullptr) SSL_set_session(ssl.get(), session_.get());
  return ssl;
}

int TlsContext::OnSession(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  self->session_.reset(session);
  return 1;  // the reference is ours now
}

std::string TlsErrorText(const SSL* ssl) {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const long verified = SSL_get_verify_result(ssl);
  const char* reason = ERR_reason_error_string(error);
  std::string text = absl::StrCat("TLS: ", reason != nullptr ? reason : "failed");
  if (verified != X509_V_OK) absl::StrAppend(&text, ": ", X509_verify_cert_error_string(verified));
  return text;
}

}  // namespace muster::kube
