// SPDX-License-Identifier: Apache-2.0
#include "test/kube/test_certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace muster::kube {
namespace {

std::string Text(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string out(bytes, static_cast<size_t>(size));
  BIO_free(bio);
  return out;
}

std::string Pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return Text(bio);
}

std::string Pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return Text(bio);
}

void Extend(X509* certificate, int what, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* Issue(EVP_PKEY* key, const std::string& name, X509* issuer, EVP_PKEY* issuer_key,
            const char* alternative, long valid_seconds = 3600) {
  static long serial = 0;
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate,
                       X509_get_subject_name(issuer != nullptr ? issuer : certificate));
  if (issuer == nullptr) Extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  if (alternative != nullptr) Extend(certificate, NID_subject_alt_name, alternative);
  X509_sign(certificate, issuer_key, EVP_sha256());
  return certificate;
}

SignedKey IssueKey(const std::string& name, X509* issuer, EVP_PKEY* issuer_key,
                   const char* alternative) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = Issue(key, name, issuer, issuer_key, alternative);
  SignedKey out{Pem(certificate), Pem(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return out;
}

}  // namespace

TestAuthority::TestAuthority()
    : key_(EVP_EC_gen("P-256")),
      certificate_(Issue(key_, "test authority", nullptr, key_, nullptr)) {}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

std::string TestAuthority::pem() const { return Pem(certificate_); }

SignedKey TestAuthority::Sign(const std::string& name, bool server) {
  return IssueKey(name, certificate_, key_, server ? "IP:127.0.0.1" : nullptr);
}

SignedKey TestAuthority::SignServer(const std::string& alternatives) {
  return IssueKey("muster", certificate_, key_, alternatives.c_str());
}

SSL_CTX* TestAuthority::ServerContext(const ServerName& name) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate =
      Issue(key, "127.0.0.1", certificate_, key_, name.alternative, name.valid_seconds);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate_);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Without it OpenSSL refuses every resumed session.
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("test"), 4);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace muster::kube
