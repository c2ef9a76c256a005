// SPDX-License-Identifier: Apache-2.0
// The benchmarks of the core, one function each; bench/README.md says what each is to show.
#pragma once

namespace muster::bench {

void HugeGang();     // one 10,000-member gang of one shape
void ManyGangs();    // 1,000 gangs of 10
void SteadyCycle();  // one new gang in a full cluster
void Queues();       // turns, usage and entitlements of up to 10,000 leaf queues
void Reclaims();     // victims for one gang in a full cluster
void Backlog();      // gangs that can start beside many that cannot
void Audits();       // recomputing all books, as the drift metric does
void Memory();       // what a pod and a node cost to hold

}  // namespace muster::bench
