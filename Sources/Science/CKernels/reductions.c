// Sums in one fixed order, in double whatever the numbers are: chunks of the array go to sixteen sums by index, those
// are added in a tree, and so are the chunks. Large arrays wait for memory; small ones, in a cache, gain from wide
// vectors.

#include "CKernels.h"
#include "bits.h"
#include "chunks.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

enum { SUMS = 16, ROWS_PER_PIECE = 256, COLUMNS_PER_PIECE = 64 };

/// How many numbers of a vector meet all rows at a time: as many of some twenty rows stay in the second cache.
enum { BLOCK = 512 };

static inline double element(kernel_precision precision, const void *x, size_t i) {
  return precision == KERNEL_FLOAT64 ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

static inline void store(kernel_precision precision, void *x, size_t i, double value) {
  if (precision == KERNEL_FLOAT64) {
    ((double *)x)[i] = value;
  } else {
    ((float *)x)[i] = (float)value;
  }
}

/// Adds the sums up in a tree, in place.
static double tree(double *sums, size_t count) {
  while (count > 1) {
    const size_t half = count / 2;
    for (size_t i = 0; i < half; i++) sums[i] = sums[2 * i] + sums[2 * i + 1];
    if (count % 2) sums[half] = sums[count - 1];
    count = half + count % 2;
  }
  return count ? sums[0] : 0;
}

#define TEMPLATE "reductions_template.h"
#include "each_set.h"

typedef struct {
  kernel_precision precision;
  double (*sum)(kernel_precision, const void *, const void *, size_t);
  const char *x, *y;
  size_t rows, columns;
  void *result;
  double *chunks;
} reduction_job;

static void sum_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t count = chunk_length(job->rows * job->columns, index);
  const size_t offset = index * CHUNK * kernel_width(job->precision);
  job->chunks[index] = job->sum(job->precision, job->x + offset, job->y ? job->y + offset : NULL, count);
}

size_t kernel_sum_workspace(size_t count) { return chunk_count(count) * sizeof(double); }

double kernel_dot(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, const void *x,
  const void *y, double *workspace) {
  reduction_job job = {
    .precision = precision, .sum = FOR_SET(set, sum), .x = x, .y = y, .rows = 1, .columns = count, .chunks = workspace};
  const size_t chunks = chunk_count(count);
  kernel_workers_run(workers, chunks, sum_chunk, &job);
  return tree(workspace, chunks);
}

/// The sums along the rows.
static void sum_rows(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t end = job->rows - index * ROWS_PER_PIECE < ROWS_PER_PIECE ? job->rows : (index + 1) * ROWS_PER_PIECE;
  for (size_t row = index * ROWS_PER_PIECE; row < end; row++) {
    const void *x = job->x + row * job->columns * kernel_width(job->precision);
    store(job->precision, job->result, row, job->sum(job->precision, x, NULL, job->columns));
  }
}

/// The sums down the columns, each in the order of the rows.
static void sum_columns(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t start = index * COLUMNS_PER_PIECE;
  const size_t count = job->columns - start < COLUMNS_PER_PIECE ? job->columns - start : COLUMNS_PER_PIECE;
  double sums[COLUMNS_PER_PIECE] = {0};
  for (size_t row = 0; row < job->rows; row++) {
    for (size_t j = 0; j < count; j++) sums[j] += element(job->precision, job->x, row * job->columns + start + j);
  }
  for (size_t j = 0; j < count; j++) store(job->precision, job->result, start + j, sums[j]);
}

static void maximum_rows(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t end = job->rows - index * ROWS_PER_PIECE < ROWS_PER_PIECE ? job->rows : (index + 1) * ROWS_PER_PIECE;
  for (size_t row = index * ROWS_PER_PIECE; row < end; row++) {
    double largest = -kernel_infinity();
    for (size_t j = 0; j < job->columns; j++) {
      const double x = element(job->precision, job->x, row * job->columns + j);
      // NaN propagates.
      if (x > largest || x != x) largest = x;
    }
    store(job->precision, job->result, row, largest);
  }
}

void kernel_reduce(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, kernel_reduction reduction,
  kernel_matrix x, void *result, double *workspace) {
  reduction_job job = {
    .precision = precision,
    .sum = FOR_SET(set, sum),
    .x = x.elements,
    .rows = x.rows,
    .columns = x.columns,
    .result = result};
  const size_t row_pieces = (x.rows + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE;
  switch (reduction) {
  case KERNEL_SUM_ALL:
    store(precision, result, 0, kernel_dot(workers, set, precision, x.rows * x.columns, x.elements, NULL, workspace));
    return;
  case KERNEL_SUM_ROWS: kernel_workers_run(workers, row_pieces, sum_rows, &job); return;
  case KERNEL_SUM_COLUMNS:
    kernel_workers_run(workers, (x.columns + COLUMNS_PER_PIECE - 1) / COLUMNS_PER_PIECE, sum_columns, &job);
    return;
  case KERNEL_MAXIMUM_ROWS: kernel_workers_run(workers, row_pieces, maximum_rows, &job); return;
  }
}

bool kernel_is_zero(kernel_precision precision, size_t count, const void *x) {
  for (size_t i = 0; i < count; i++) {
    if (element(precision, x, i) != 0) return false;
  }
  return true;
}

typedef struct {
  void (*dot)(size_t, const double *, const double *, const double *, double *, double *);
  void (*subtract)(size_t, double, const double *, double, const double *, double *);
  const double *rows;
  size_t row_count, count;
  double *x;
  /// What is taken out first, or NULL, and for each chunk and row where its SUMS sums go, or NULL.
  const double *coefficients;
  double *sums;
} projection_job;

/// Subtracts multiples of the rows and multiplies by them, block by block, so that the rows come from memory once.
static void project_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const projection_job *job = context;
  const size_t rows = job->row_count, start = index * CHUNK, end = least(start + CHUNK, job->count);
  double *sums = job->sums ? job->sums + index * rows * SUMS : NULL;
  double none[SUMS] = {0};
  if (sums) memset(sums, 0, rows * SUMS * sizeof(double));
  for (size_t i = start; i < end; i += BLOCK) {
    const size_t count = least(end - i, BLOCK);
    // A row that has no partner is its own, which counts nothing.
    for (size_t row = 0; job->coefficients && row < rows; row += 2) {
      const bool is_pair = row + 1 < rows;
      const double *at = job->rows + row * job->count + i;
      job->subtract(
        count, job->coefficients[row], at, is_pair ? job->coefficients[row + 1] : 0, at + is_pair * job->count,
        job->x + i);
    }
    for (size_t row = 0; sums && row < rows; row += 2) {
      const bool is_pair = row + 1 < rows;
      const double *at = job->rows + row * job->count + i;
      job->dot(
        count, job->x + i, at, at + is_pair * job->count, sums + row * SUMS, is_pair ? sums + (row + 1) * SUMS : none);
    }
  }
}

size_t kernel_take_out_workspace(size_t rows, size_t count) {
  return (rows * (chunk_count(count) * SUMS + 1) + chunk_count(count)) * sizeof(double);
}

void kernel_take_out(
  kernel_workers *workers, kernel_instruction_set set, size_t rows, size_t count, const double *matrix, double *x,
  double *coefficients, double *workspace) {
  const size_t chunks = chunk_count(count);
  double *parts = workspace + rows * chunks * SUMS, *taken = parts + chunks;
  projection_job job = {
    .dot = FOR_SET(set, dot_rows),
    .subtract = FOR_SET(set, subtract_rows),
    .rows = matrix,
    .row_count = rows,
    .count = count,
    .x = x,
    .sums = workspace};
  for (size_t row = 0; row < rows; row++) coefficients[row] = 0;
  for (int time = 0; time < 2; time++) {
    kernel_workers_run(workers, chunks, project_chunk, &job);
    for (size_t row = 0; row < rows; row++) {
      for (size_t chunk = 0; chunk < chunks; chunk++) {
        parts[chunk] = tree(workspace + (chunk * rows + row) * SUMS, SUMS);
      }
      taken[row] = tree(parts, chunks);
      coefficients[row] += taken[row];
    }
    job.coefficients = taken;
  }
  job.sums = NULL;
  kernel_workers_run(workers, chunks, project_chunk, &job);
}
