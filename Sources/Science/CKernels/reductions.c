// Sums in one fixed order, in double whatever the numbers are: chunks of the array go to sixteen sums by index, those
// are added in a tree, and so are the chunks. Large arrays wait for memory; small ones, in a cache, gain from wide
// vectors.

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

enum { CHUNK = 8192, SUMS = 16, ROWS_PER_PIECE = 256, COLUMNS_PER_PIECE = 64 };

/// How many numbers of a vector, which stay in the first cache, meet how many rows at a time.
enum { BLOCK = 1024, BLOCK_ROWS = 16 };

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

#if defined(__x86_64__)
#define NAME(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#include "reductions_template.h"

#define NAME(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "reductions_template.h"
#endif

#define NAME(name) name##_baseline
#define TARGET
#include "reductions_template.h"

typedef void (*dot_rows_function)(size_t, const double *, const double *, const double *, double *, double *);
typedef void (*subtract_rows_function)(size_t, double, const double *, double, const double *, double *);
typedef double (*sum_function)(kernel_precision, const void *, const void *, size_t);
typedef void (*add_function)(kernel_precision, size_t, double, const void *, double, void *);

static sum_function sum_for(kernel_instruction_set set) {
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return sum_avx512;
  case KERNEL_AVX2: return sum_avx2;
#endif
  default: return sum_baseline;
  }
}

static add_function add_for(kernel_instruction_set set) {
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return add_avx512;
  case KERNEL_AVX2: return add_avx2;
#endif
  default: return add_baseline;
  }
}

static dot_rows_function dot_rows_for(kernel_instruction_set set) {
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return dot_rows_avx512;
  case KERNEL_AVX2: return dot_rows_avx2;
#endif
  default: return dot_rows_baseline;
  }
}

static subtract_rows_function subtract_rows_for(kernel_instruction_set set) {
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return subtract_rows_avx512;
  case KERNEL_AVX2: return subtract_rows_avx2;
#endif
  default: return subtract_rows_baseline;
  }
}

typedef struct {
  kernel_precision precision;
  sum_function sum;
  add_function add;
  const char *x, *y;
  size_t rows, columns;
  void *result;
  double *chunks;
  double factor, own_factor;
} reduction_job;

static void sum_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t start = index * CHUNK, total = job->rows * job->columns;
  const size_t count = total - start < CHUNK ? total - start : CHUNK;
  const size_t offset = start * kernel_width(job->precision);
  job->chunks[index] = job->sum(job->precision, job->x + offset, job->y ? job->y + offset : NULL, count);
}

size_t kernel_sum_workspace(size_t count) { return (count + CHUNK - 1) / CHUNK * sizeof(double); }

double kernel_dot(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, const void *x,
  const void *y, double *workspace) {
  reduction_job job = {
    .precision = precision, .sum = sum_for(set), .x = x, .y = y, .rows = 1, .columns = count, .chunks = workspace};
  const size_t chunks = (count + CHUNK - 1) / CHUNK;
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
      // A number that is none stays.
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
    .sum = sum_for(set),
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

static void add_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const reduction_job *job = context;
  const size_t start = index * CHUNK, count = job->columns - start < CHUNK ? job->columns - start : CHUNK;
  const size_t offset = start * kernel_width(job->precision);
  job->add(job->precision, count, job->factor, job->x + offset, job->own_factor, (char *)job->result + offset);
}

void kernel_add_scaled(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  const void *x, double own_factor, void *y) {
  reduction_job job = {
    .precision = precision,
    .add = add_for(set),
    .x = x,
    .columns = count,
    .result = y,
    .factor = factor,
    .own_factor = own_factor};
  kernel_workers_run(workers, (count + CHUNK - 1) / CHUNK, add_chunk, &job);
}

typedef struct {
  dot_rows_function dot;
  subtract_rows_function subtract;
  const double *rows;
  size_t row_count, count;
  double *x, *coefficients, *chunks;
} projection_job;

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void project_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const projection_job *job = context;
  const size_t chunks = (job->count + CHUNK - 1) / CHUNK, start = index * CHUNK, end = least(start + CHUNK, job->count);
  for (size_t first = 0; first < job->row_count; first += BLOCK_ROWS) {
    const size_t rows = least(job->row_count - first, BLOCK_ROWS);
    const double *at = job->rows + first * job->count;
    // The last sums are for the partner of a row that has none.
    double sums[BLOCK_ROWS + 1][SUMS] = {0};
    for (size_t i = start; i < end; i += BLOCK) {
      for (size_t row = 0; row < rows; row += 2) {
        const bool is_pair = row + 1 < rows;
        job->dot(
          least(end - i, BLOCK), job->x + i, at + row * job->count + i, at + (row + is_pair) * job->count + i, sums[row],
          sums[is_pair ? row + 1 : BLOCK_ROWS]);
      }
    }
    for (size_t row = 0; row < rows; row++) job->chunks[(first + row) * chunks + index] = tree(sums[row], SUMS);
  }
}

static void subtract_chunk(void *context, size_t index, size_t worker) {
  (void)worker;
  const projection_job *job = context;
  const size_t start = index * CHUNK, end = least(start + CHUNK, job->count);
  for (size_t i = start; i < end; i += BLOCK) {
    for (size_t row = 0; row < job->row_count; row += 2) {
      const bool is_pair = row + 1 < job->row_count;
      job->subtract(
        least(end - i, BLOCK), job->coefficients[row], job->rows + row * job->count + i,
        is_pair ? job->coefficients[row + 1] : 0, job->rows + (row + is_pair) * job->count + i, job->x + i);
    }
  }
}

size_t kernel_take_out_workspace(size_t rows, size_t count) { return rows * kernel_sum_workspace(count); }

void kernel_take_out(
  kernel_workers *workers, kernel_instruction_set set, size_t rows, size_t count, const double *matrix, double *x,
  double *coefficients, double *workspace) {
  projection_job job = {
    .dot = dot_rows_for(set),
    .subtract = subtract_rows_for(set),
    .rows = matrix,
    .row_count = rows,
    .count = count,
    .x = x,
    .coefficients = coefficients,
    .chunks = workspace};
  const size_t chunks = (count + CHUNK - 1) / CHUNK;
  kernel_workers_run(workers, chunks, project_chunk, &job);
  for (size_t row = 0; row < rows; row++) coefficients[row] = tree(workspace + row * chunks, chunks);
  kernel_workers_run(workers, chunks, subtract_chunk, &job);
}

bool kernel_is_zero(kernel_precision precision, size_t count, const void *x) {
  for (size_t i = 0; i < count; i++) {
    if (element(precision, x, i) != 0) return false;
  }
  return true;
}
