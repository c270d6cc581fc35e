// Vectors of numbers, element by element. Large ones wait for memory; small ones, in a cache, gain from wide vectors.

#include "CKernels.h"
#include "chunks.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define TEMPLATE "vectors_template.h"
#include "each_set.h"

typedef struct {
  void (*add)(kernel_precision, size_t, double, const void *, double, void *);
  void (*scale)(kernel_precision, size_t, double, void *);
  kernel_precision precision;
  size_t count;
  double factor, own_factor;
  const char *x;
  char *y;
} vector_job;

static void add_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const vector_job *job = context;
  const size_t offset = index * CHUNK * kernel_width(job->precision);
  job->add(
    job->precision, chunk_length(job->count, index), job->factor, job->x + offset, job->own_factor, job->y + offset);
}

void kernel_add_scaled(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  const void *x, double own_factor, void *y) {
  vector_job job = {
    .add = FOR_SET(set, add),
    .precision = precision,
    .count = count,
    .factor = factor,
    .own_factor = own_factor,
    .x = x,
    .y = y};
  kernel_workers_run(workers, chunk_count(count), add_chunk, &job);
}

static void scale_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const vector_job *job = context;
  const size_t offset = index * CHUNK * kernel_width(job->precision);
  job->scale(job->precision, chunk_length(job->count, index), job->factor, job->y + offset);
}

void kernel_scale(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  void *x) {
  vector_job job = {.scale = FOR_SET(set, scale), .precision = precision, .count = count, .factor = factor, .y = x};
  kernel_workers_run(workers, chunk_count(count), scale_chunk, &job);
}

void kernel_clear_small(kernel_instruction_set set, size_t count, double least, double *x) {
  FOR_SET(set, clear)(count, least, x);
}

void kernel_copy(
  kernel_instruction_set set, size_t count, kernel_precision from, const void *x, kernel_precision to, void *y) {
  if (from == to) {
    memcpy(y, x, count * kernel_width(to));
  } else if (to == KERNEL_FLOAT64) {
    FOR_SET(set, widen)(count, x, y);
  } else {
    FOR_SET(set, narrow)(count, x, y);
  }
}
