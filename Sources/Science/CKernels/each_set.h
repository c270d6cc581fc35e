// Includes TEMPLATE once for each instruction set, with NAME, which puts the set's name behind another, and TARGET, both
// of which the template takes back at its end. No guard: each file that has a template includes it. FOR_SET(set, name) is
// the function that the template defined for a set.

#if defined(__x86_64__)
#define NAME(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#include TEMPLATE

#define NAME(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include TEMPLATE

#define FOR_SET(set, name)                                                                                           \
  ((set) == KERNEL_AVX512 ? name##_avx512 : (set) == KERNEL_AVX2 ? name##_avx2 : name##_baseline)
#else
#define FOR_SET(set, name) ((void)(set), name##_baseline)
#endif

#define NAME(name) name##_baseline
#define TARGET
#include TEMPLATE

#undef TEMPLATE
