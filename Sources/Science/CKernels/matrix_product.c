// The matrix product: one source, compiled for each instruction set and type of number.
//
// Every element of C is accumulated over k in one order: blocks of BLOCK_DEPTH, each a chain of fused multiply-adds
// that begins at zero, added to C one after the other. Tile, packing, vector width and the split over threads divide
// rows and columns only, and so cannot change a bit.

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

#define UNROLL _Pragma("clang loop unroll(full)")

/// The blocks that are packed at a time; BLOCK_DEPTH is part of the result's meaning, the others of its speed. Rows and
/// columns are multiples of every tile's.
enum { BLOCK_DEPTH = 384, BLOCK_ROWS = 336, BLOCK_COLUMNS = 512 };

/// The rows of a tile of one vector: enough chains to hide the latency of an addition.
enum { NARROW_ROWS = 8 };

/// The rows and columns of C that one thread computes at a time, by elements: a and b begin at its first row and
/// column.
typedef struct {
  size_t rows, columns, depth;
  const void *a, *b;
  void *c;
  size_t a_stride, b_stride, c_stride;
  bool a_is_transposed, b_is_transposed, is_added;
} product_piece;

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

#if defined(__x86_64__)
#define PRODUCT product_float32_avx512
#define SCALAR float
#define LANES 16
#define ROWS 12
#define VECTORS 2
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"

#define PRODUCT product_float64_avx512
#define SCALAR double
#define LANES 8
#define ROWS 12
#define VECTORS 2
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"

#define PRODUCT product_float32_avx2
#define SCALAR float
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define TARGET __attribute__((target("avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"

#define PRODUCT product_float64_avx2
#define SCALAR double
#define LANES 4
#define ROWS 6
#define VECTORS 2
#define TARGET __attribute__((target("avx2,fma")))
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"

typedef float four_floats __attribute__((vector_size(16)));
typedef double two_doubles __attribute__((vector_size(16)));

static inline four_floats fused_floats(four_floats x, four_floats y, four_floats z) {
  for (int lane = 0; lane < 4; lane++) z[lane] = kernel_fused_multiply_add_float32(x[lane], y[lane], z[lane]);
  return z;
}

static inline two_doubles fused_doubles(two_doubles x, two_doubles y, two_doubles z) {
  for (int lane = 0; lane < 2; lane++) z[lane] = kernel_fused_multiply_add(x[lane], y[lane], z[lane]);
  return z;
}

#define PRODUCT product_float32_baseline
#define SCALAR float
#define LANES 4
#define ROWS 4
#define VECTORS 1
#define TARGET
#define FUSED(x, y, z) fused_floats(x, y, z)
#include "matrix_product_template.h"

#define PRODUCT product_float64_baseline
#define SCALAR double
#define LANES 2
#define ROWS 4
#define VECTORS 1
#define TARGET
#define FUSED(x, y, z) fused_doubles(x, y, z)
#include "matrix_product_template.h"
#else
// 64-bit Arm: 32 registers of 128 bits, fused multiply-add in the baseline.
#define PRODUCT product_float32_baseline
#define SCALAR float
#define LANES 4
#define ROWS 12
#define VECTORS 2
#define TARGET
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"

#define PRODUCT product_float64_baseline
#define SCALAR double
#define LANES 2
#define ROWS 12
#define VECTORS 2
#define TARGET
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#include "matrix_product_template.h"
#endif

typedef struct {
  kernel_instruction_set set;
  kernel_precision precision;
  product_piece whole;
  size_t size;
  bool splits_columns;
  char *workspaces;
} product_job;

size_t kernel_matrix_product_workspace(kernel_precision precision) {
  return (size_t)BLOCK_DEPTH * (BLOCK_ROWS + BLOCK_COLUMNS) * kernel_width(precision);
}

static void run(kernel_instruction_set set, kernel_precision precision, const product_piece *piece, void *workspace) {
  const bool is_double = precision == KERNEL_FLOAT64;
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: (is_double ? product_float64_avx512 : product_float32_avx512)(piece, workspace); return;
  case KERNEL_AVX2: (is_double ? product_float64_avx2 : product_float32_avx2)(piece, workspace); return;
#endif
  default: (is_double ? product_float64_baseline : product_float32_baseline)(piece, workspace);
  }
}

static void run_piece(void *context, size_t index, size_t worker) {
  const product_job *job = context;
  const size_t width = kernel_width(job->precision);
  product_piece piece = job->whole;
  const size_t first = index * job->size;
  if (job->splits_columns) {
    piece.columns = least(piece.columns - first, job->size);
    piece.b = (const char *)piece.b + first * (piece.b_is_transposed ? piece.b_stride : 1) * width;
    piece.c = (char *)piece.c + first * width;
  } else {
    piece.rows = least(piece.rows - first, job->size);
    piece.a = (const char *)piece.a + first * (piece.a_is_transposed ? 1 : piece.a_stride) * width;
    piece.c = (char *)piece.c + first * piece.c_stride * width;
  }
  run(job->set, job->precision, &piece, job->workspaces + worker * kernel_matrix_product_workspace(job->precision));
}

void kernel_matrix_product(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, kernel_matrix a, kernel_matrix b,
  kernel_matrix c, bool is_added, void *workspaces) {
  const size_t depth = a.is_transposed ? a.rows : a.columns;
  if (c.rows == 0 || c.columns == 0) return;
  if (depth == 0 && !is_added) {
    for (size_t row = 0; row < c.rows; row++) {
      memset((char *)c.elements + row * c.columns * kernel_width(precision), 0, c.columns * kernel_width(precision));
    }
  }
  product_job job = {
    .set = set,
    .precision = precision,
    .whole = {
      .rows = c.rows, .columns = c.columns, .depth = depth, .a = a.elements, .b = b.elements, .c = c.elements,
      .a_stride = a.columns, .b_stride = b.columns, .c_stride = c.columns,
      .a_is_transposed = a.is_transposed, .b_is_transposed = b.is_transposed, .is_added = is_added,
    },
    .splits_columns = c.columns > 2 * c.rows,
    .workspaces = workspaces,
  };
  // A few pieces for each thread level out their speeds; each packs its share of both operands anew, so that they must
  // not be small. 48 is a multiple of every tile's rows and columns.
  const size_t length = job.splits_columns ? c.columns : c.rows, threads = kernel_workers_count(workers);
  const size_t per_thread = length / threads >= 1024 ? 2 : 1;
  const size_t pieces = threads == 1 ? 1 : threads * per_thread;
  job.size = ((length + pieces - 1) / pieces + 47) / 48 * 48;
  kernel_workers_run(workers, (length + job.size - 1) / job.size, run_piece, &job);
}
