// The floating-point peak of this machine, as a yardstick for measured speeds.
#pragma once

#include <stdint.h>

/// Runs `rounds` rounds of independent fused multiply-adds on the widest vectors, one thread.
///
/// Returns the number of double-precision operations, two for each fused one; `sink` takes a value that depends on all.
double peak_run(int64_t rounds, double *sink);
