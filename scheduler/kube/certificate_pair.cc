// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/certificate_pair.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace muster::kube {
namespace {

template <typename Thing, void (*Free)(Thing*)>
struct Freed {
  void operator()(Thing* thing) const { Free(thing); }
};
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;

// The first thing of its kind in a PEM file; null where there is none.
template <typename Thing, typename Read>
Thing ReadPem(const std::string& path, Read read) {
  BIO* const file = BIO_new_file(path.c_str(), "r");
  Thing thing;
  if (file != nullptr) thing.reset(read(file, nullptr, nullptr, nullptr));
  BIO_free(file);
  ERR_clear_error();
  return thing;
}

}  // namespace

absl::Status CheckCertificatePair(const std::string& certificate, const std::string& key) {
  const auto has = ReadPem<Certificate>(certificate, PEM_read_bio_X509);
  if (has == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(certificate, ": expected a file with a PEM certificate"));
  }
  const auto of = ReadPem<Key>(key, PEM_read_bio_PrivateKey);
  if (of == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": expected a file with a PEM private key"));
  }
  if (X509_check_private_key(has.get(), of.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": expected the key of the certificate in ", certificate));
  }
  return absl::OkStatus();
}

}  // namespace muster::kube
