// SPDX-License-Identifier: Apache-2.0
// A day of batch work in the shape that public traces of shared clusters have; no trace's data is
// in it. What it takes from them:
//
//   - most jobs are small: 70 % are one pod, 80 % at most three, and one in a thousand is a hundred
//     or more (Google 2011: three of four jobs are one task; Reiss et al., "Heterogeneity and
//     Dynamicity of Clouds at Scale", SoCC 2012);
//   - run times are heavy-tailed, near a lognormal with a median of 2 min and a 99th percentile of
//     2.2 h, so that a tenth of the jobs does most of the work (Hu et al., "Characterization and
//     Prediction of Deep Learning Workloads in Large-Scale GPU Datacenters", SC 2021: medians of
//     minutes against means of an hour and more);
//   - users submit in bursts of the same app, whose run times resemble each other, over a working
//     day with a peak of twice its mean (both of them);
//   - six jobs of ten carry an estimate, mostly too long, in whole minutes (Mu'alem and Feitelson,
//     "Utilization, Predictability, Workloads, and User Runtime Estimates", TPDS 2001).
//
// Everything is drawn by integers from tables of quantiles (day.cc): the same seed gives the same
// jobs everywhere.
#pragma once

#include <vector>

#include "scheduler/codec/scenario.h"

namespace muster::sim {

// In the order of their submission.
std::vector<codec::Job> MakeDay(const codec::DayOfWork& day);

}  // namespace muster::sim
