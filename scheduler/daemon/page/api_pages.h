// SPDX-License-Identifier: Apache-2.0
// /api/v1/...: the answers of Questions as JSON; fields of the query as in the request messages of
// muster.v1, with repeated ones given repeatedly ("state=waiting&state=running").
#pragma once

#include "absl/time/time.h"
#include "scheduler/daemon/http/http_site.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

// `questions` outlives the pages. `patience`: how long an answer is waited for.
Pages ApiPages(Questions* questions, absl::Duration patience);

}  // namespace muster::daemon
