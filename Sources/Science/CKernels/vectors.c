// Vectors of numbers, element by element. Large ones wait for memory; small ones, in a cache, gain from wide vectors.

#include "CKernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define NAME(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#include "vectors_template.h"

#define NAME(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "vectors_template.h"
#endif

#define NAME(name) name##_baseline
#define TARGET
#include "vectors_template.h"

typedef struct {
  void (*add)(kernel_precision, size_t, double, const void *, double, void *);
  void (*scale)(kernel_precision, size_t, double, void *);
  void (*clear)(size_t, double, double *);
  void (*widen)(size_t, const float *, double *);
  void (*narrow)(size_t, const double *, float *);
} vector_functions;

static vector_functions functions(kernel_instruction_set set) {
#define FUNCTIONS(SET) (vector_functions){add_##SET, scale_##SET, clear_##SET, widen_##SET, narrow_##SET}
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return FUNCTIONS(avx512);
  case KERNEL_AVX2: return FUNCTIONS(avx2);
#endif
  default: return FUNCTIONS(baseline);
  }
#undef FUNCTIONS
}

enum { CHUNK = 8192 };

typedef struct {
  vector_functions functions;
  kernel_precision precision;
  size_t count;
  double factor, own_factor;
  const char *x;
  char *y;
} vector_job;

static void add_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const vector_job *job = context;
  const size_t start = index * CHUNK, count = job->count - start < CHUNK ? job->count - start : CHUNK;
  const size_t offset = start * kernel_width(job->precision);
  job->functions.add(job->precision, count, job->factor, job->x + offset, job->own_factor, job->y + offset);
}

void kernel_add_scaled(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  const void *x, double own_factor, void *y) {
  vector_job job = {functions(set), precision, count, factor, own_factor, x, y};
  kernel_workers_run(workers, (count + CHUNK - 1) / CHUNK, add_chunk, &job);
}

static void scale_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const vector_job *job = context;
  const size_t start = index * CHUNK, count = job->count - start < CHUNK ? job->count - start : CHUNK;
  job->functions.scale(job->precision, count, job->factor, job->y + start * kernel_width(job->precision));
}

void kernel_scale(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  void *x) {
  vector_job job = {.functions = functions(set), .precision = precision, .count = count, .factor = factor, .y = x};
  kernel_workers_run(workers, (count + CHUNK - 1) / CHUNK, scale_chunk, &job);
}

void kernel_clear_small(kernel_instruction_set set, size_t count, double least, double *x) {
  functions(set).clear(count, least, x);
}

void kernel_copy(
  kernel_instruction_set set, size_t count, kernel_precision from, const void *x, kernel_precision to, void *y) {
  if (from == to) {
    memcpy(y, x, count * kernel_width(to));
  } else if (to == KERNEL_FLOAT64) {
    functions(set).widen(count, x, y);
  } else {
    functions(set).narrow(count, x, y);
  }
}

bool kernel_is_zero(kernel_precision precision, size_t count, const void *x) {
  for (size_t i = 0; i < count; i++) {
    if ((precision == KERNEL_FLOAT64 ? ((const double *)x)[i] : (double)((const float *)x)[i]) != 0) return false;
  }
  return true;
}
