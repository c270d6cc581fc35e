// What this processor has.

#include "CKernels.h"

bool kernel_supports(kernel_instruction_set set) {
  switch (set) {
  case KERNEL_BASELINE: return true;
#if defined(__x86_64__)
  case KERNEL_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case KERNEL_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && kernel_supports(KERNEL_AVX2);
#elif defined(__aarch64__)
  case KERNEL_NEON: return true;
#endif
  default: return false;
  }
}
