#include "CPeak.h"

// Enough independent chains to hide the latency of four cycles on two units.
#define CHAINS 12

#define DEFINE_RUN(NAME, LANES, TARGET)                                                                     \
  typedef double NAME##_vector __attribute__((vector_size(8 * LANES)));                                     \
  TARGET static double NAME(int64_t rounds, double *sink) {                                                 \
    NAME##_vector chain[CHAINS], factor, term;                                                              \
    for (int lane = 0; lane < LANES; lane++) factor[lane] = 0.999999, term[lane] = 1e-6;                    \
    for (int k = 0; k < CHAINS; k++) chain[k] = term * (double)(k + 1);                                     \
    for (int64_t round = 0; round < rounds; round++) {                                                      \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < CHAINS; k++)                                   \
        chain[k] = __builtin_elementwise_fma(chain[k], factor, term);                                       \
    }                                                                                                       \
    for (int k = 1; k < CHAINS; k++) chain[0] += chain[k];                                                  \
    *sink = chain[0][0];                                                                                    \
    return 2.0 * LANES * CHAINS * (double)rounds;                                                           \
  }

#if defined(__x86_64__)
DEFINE_RUN(run512, 8, __attribute__((target("avx512f,fma"))))
DEFINE_RUN(run256, 4, __attribute__((target("avx2,fma"))))
double peak_run(int64_t rounds, double *sink) {
  return __builtin_cpu_supports("avx512f") ? run512(rounds, sink) : run256(rounds, sink);
}
#else
DEFINE_RUN(run128, 2, )
double peak_run(int64_t rounds, double *sink) { return run128(rounds, sink); }
#endif
