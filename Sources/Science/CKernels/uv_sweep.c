// The UV map over many points: one source, compiled for each instruction set.

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

// The map is a chain of three dependent operations a step, so several vectors are in flight at once: as many as the
// registers hold.

#if defined(__x86_64__)
#define SWEEP sweep_avx512
#define LANES 8
#define VECTORS 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "uv_sweep_template.h"

#define SWEEP sweep_avx2
#define LANES 4
#define VECTORS 4
#define TARGET __attribute__((target("avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "uv_sweep_template.h"

typedef double pair __attribute__((vector_size(16)));

static inline pair fused_pair(pair x, pair y, pair z) {
  return (pair){kernel_fused_multiply_add(x[0], y[0], z[0]), kernel_fused_multiply_add(x[1], y[1], z[1])};
}

#define SWEEP sweep_baseline
#define LANES 2
#define VECTORS 1
#define TARGET
#define FUSED(x, y, z) fused_pair(x, y, z)
#include "uv_sweep_template.h"
#else
// 64-bit Arm has fused multiply-add in its baseline.
#define SWEEP sweep_baseline
#define LANES 2
#define VECTORS 8
#define TARGET
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "uv_sweep_template.h"
#endif

void kernel_uv_sweep(
  kernel_instruction_set set, size_t count, const double *positive, const double *negative, const double *ratio,
  int64_t blocks, bool stop_when_settled, kernel_uv_outcome *outcomes) {
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: sweep_avx512(count, positive, negative, ratio, blocks, stop_when_settled, outcomes); return;
  case KERNEL_AVX2: sweep_avx2(count, positive, negative, ratio, blocks, stop_when_settled, outcomes); return;
#endif
  default: sweep_baseline(count, positive, negative, ratio, blocks, stop_when_settled, outcomes);
  }
}
