// The matrix product: one source, compiled for each instruction set and type of number.
//
// Every element of C is accumulated over k in one order: blocks of BLOCK_DEPTH, each a chain of fused multiply-adds
// that begins at zero, added to C one after the other. Tile, packing, vector width and the split over threads divide
// rows and columns only, and so cannot change a bit.

#include "CKernels.h"
#include "bits.h"
#include "chunks.h"

#pragma STDC FP_CONTRACT OFF

#define UNROLL _Pragma("clang loop unroll(full)")
#define UNROLL_4 _Pragma("clang loop unroll_count(4)")
#define ALWAYS_INLINE inline __attribute__((always_inline))

/// BLOCK_DEPTH, how much of k is summed at a time, is part of the result's meaning; the others are of its speed. A block
/// of B, of BLOCK_DEPTH times BLOCK_ROW_BYTES, fills most of a second cache of 1 MiB.
enum { BLOCK_DEPTH = 384, BLOCK_ROW_BYTES = 2048 };

/// In steps of k: after how many a sum makes room for the next panel of A, how many of that are packed at once, and how
/// long before that they are asked for.
enum { STEP_DEPTH = 16, SHARE_DEPTH = 4, AHEAD_DEPTH = 32 };

/// The greatest height and width of a tile: multiples of those of all instruction sets.
enum { MOST_ROWS = 12, MOST_COLUMNS = 32 };

/// The rows of a tile of one vector: enough chains to hide the latency of an addition.
enum { NARROW_ROWS = 12 };

/// Up to which size of B, and how many bytes of A, a product reads its operands where they lie: packing would cost more
/// than it saves. A larger A comes from beyond the second cache, for which the packing asks in time.
enum { DIRECT_COLUMNS = 128, DIRECT_DEPTH = 128, DIRECT_BYTES = 1 << 20 };

/// How many multiplications make a product worth more than one thread: those of some ten microseconds.
enum { LEAST_SHARED = 1 << 20 };

/// The rows and columns of C that one thread computes at a time, by elements: a and b begin at its first row and
/// column.
typedef struct {
  size_t rows, columns, depth;
  const void *a, *b;
  void *c;
  size_t a_stride, b_stride, c_stride;
  bool a_is_transposed, b_is_transposed, is_added;
} product_piece;

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
  /// The first `threads` pieces are larger than the others, which level out the speeds of the threads.
  size_t threads, large, small;
  bool splits_columns;
  char *workspaces;
} product_job;

size_t kernel_matrix_product_workspace(kernel_precision precision) {
  return (size_t)BLOCK_DEPTH * (BLOCK_ROW_BYTES + 2 * MOST_ROWS * kernel_width(precision));
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
  const bool is_large = index < job->threads;
  const size_t first =
    is_large ? index * job->large : job->threads * job->large + (index - job->threads) * job->small;
  const size_t size = is_large ? job->large : job->small;
  if (job->splits_columns) {
    piece.columns = least(piece.columns - first, size);
    piece.b = (const char *)piece.b + first * (piece.b_is_transposed ? piece.b_stride : 1) * width;
    piece.c = (char *)piece.c + first * width;
  } else {
    piece.rows = least(piece.rows - first, size);
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
  const size_t length = job.splits_columns ? c.columns : c.rows, unit = job.splits_columns ? MOST_COLUMNS : MOST_ROWS;
  const size_t units = (length + unit - 1) / unit;
  const size_t threads = c.rows * c.columns * depth < LEAST_SHARED ? 1 : kernel_workers_count(workers);
  const size_t share = (units + threads - 1) / threads;
  // Each piece packs its share of both operands anew, so that they must not be small.
  const size_t rest = threads > 1 && share >= 64 ? share / 4 : 0;
  job.threads = threads;
  job.large = (share - rest) * unit;
  job.small = (rest + 1) / 2 * unit;
  const size_t done = threads * job.large;
  const size_t pieces = length <= done ? (length + job.large - 1) / job.large
                                       : threads + (length - done + job.small - 1) / job.small;
  kernel_workers_run(workers, pieces, run_piece, &job);
}
