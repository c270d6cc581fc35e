// The inner loops of the science wing.
//
// Every function gives the same bits on every processor: only IEEE operations, fused multiply-add where it is
// written, no contraction, no call of the C library's mathematics. The only state is that of threads that wait; the
// instruction set is an argument.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The instruction sets for which the vector kernels are compiled.
typedef enum : int32_t {
  /// What every processor of the architecture has; on x86-64 fused multiply-add is then done in integers, slowly.
  KERNEL_BASELINE = 0,
  /// 256-bit vectors with fused multiply-add (x86-64).
  KERNEL_AVX2 = 1,
  /// 512-bit vectors with fused multiply-add (x86-64).
  KERNEL_AVX512 = 2,
  /// 128-bit vectors with fused multiply-add: the baseline of 64-bit Arm by its name.
  KERNEL_NEON = 3,
} kernel_instruction_set;

/// Whether this processor has the instruction set.
bool kernel_supports(kernel_instruction_set set);

// Elementary functions, within 1 ulp where nothing else is said (tests compare with correctly rounded values). Arguments outside the domain
// give NaN; overflow gives infinity.

/// e^x.
double kernel_exp(double x);
/// The natural logarithm.
double kernel_log(double x);
/// The hyperbolic tangent, within 3 ulp.
double kernel_tanh(double x);
/// The error function, within 2 ulp.
double kernel_erf(double x);
/// sin(2 pi x); the argument is in turns, so that its reduction is exact.
double kernel_sin_turns(double x);
/// cos(2 pi x).
double kernel_cos_turns(double x);

/// x * y + z with one rounding (to nearest, ties to even), by integer arithmetic.
double kernel_fused_multiply_add(double x, double y, double z);
/// x * y + z with one rounding, by plain arithmetic of doubles.
float kernel_fused_multiply_add_float32(float x, float y, float z);

/// The type of the numbers in an array.
typedef enum : int32_t {
  KERNEL_FLOAT32 = 0,
  KERNEL_FLOAT64 = 1,
} kernel_precision;

/// The bytes of a number.
static inline size_t kernel_width(kernel_precision precision) { return precision == KERNEL_FLOAT64 ? 8 : 4; }

/// Memory of zeros, at least one byte, which begins at a page and lies in large ones where the system has them; NULL if
/// there is none.
void *kernel_allocate(size_t bytes);
/// Gives back memory of kernel_allocate, of this size.
void kernel_free(void *memory, size_t bytes);

/// Threads that wait for work. Only one thread at a time may hand work to them.
typedef struct kernel_workers kernel_workers;

/// Starts `count` - 1 threads beside the caller's; NULL without memory.
kernel_workers *kernel_workers_start(size_t count);
/// Ends the threads.
void kernel_workers_stop(kernel_workers *workers);
/// How many threads there are, the caller's among them.
size_t kernel_workers_count(const kernel_workers *workers);
/// Calls `work` once for each of `pieces`, on all threads; `worker` is below the number of threads, and no two calls at
/// once have the same. Returns when all are done.
void kernel_workers_run(
  kernel_workers *workers, size_t pieces, void (*work)(void *context, size_t piece, size_t worker), void *context);

/// A matrix in memory, row by row.
typedef struct {
  void *elements;
  size_t rows, columns;
  /// Whether its transpose is meant where it is an operand.
  bool is_transposed;
} kernel_matrix;

/// The bytes that one thread needs for packed operands.
size_t kernel_matrix_product_workspace(kernel_precision precision);

/// C = A B, or C += A B, of A or its transpose with B or its transpose. C must not overlap A or B.
///
/// An element is summed over k in blocks of 384, each a chain of fused multiply-adds from zero; the blocks are added
/// to C in order.
/// - workspaces: for each thread, kernel_matrix_product_workspace() bytes.
void kernel_matrix_product(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, kernel_matrix a, kernel_matrix b,
  kernel_matrix c, bool is_added, void *workspaces);

/// What is done to each element; the comparisons give 1 or 0.
typedef enum : int32_t {
  KERNEL_ADD,
  KERNEL_SUBTRACT,
  KERNEL_MULTIPLY,
  KERNEL_DIVIDE,
  KERNEL_NEGATE,
  KERNEL_SQUARE_ROOT,
  KERNEL_EXP,
  KERNEL_LOG,
  KERNEL_TANH,
  KERNEL_ERF,
  KERNEL_GREATER,
  KERNEL_EQUAL,
  /// The second operand where the first is not zero, else the third.
  KERNEL_SELECT,
  /// The third operand where the first is greater than the second, else the fourth.
  KERNEL_SELECT_GREATER,
} kernel_operation;

/// How an operand covers the result.
typedef enum : int32_t {
  /// It has the result's shape.
  KERNEL_SPREAD_NONE,
  /// One row, for every row.
  KERNEL_SPREAD_ROW,
  /// One column, for every column.
  KERNEL_SPREAD_COLUMN,
  /// One number, for all.
  KERNEL_SPREAD_ALL,
} kernel_spread;

/// How many values a chain may have at once.
enum { KERNEL_CHAIN_SLOTS = 32 };

/// An operation on values in slots; those that it does not take are 0.
typedef struct {
  kernel_operation operation;
  int32_t result, operands[4];
} kernel_step;

typedef struct {
  void *elements;
  kernel_spread spread;
  int32_t slot;
} kernel_operand;

typedef struct {
  double value;
  int32_t slot;
} kernel_constant;

/// Elementwise operations one after the other; the last makes the result. A slot holds an operand, a constant, or
/// results of steps.
typedef struct {
  size_t rows, columns;
  const kernel_operand *operands;
  const kernel_constant *constants;
  const kernel_step *steps;
  size_t operand_count, constant_count, step_count;
  void *result;
} kernel_chain;

/// The bytes that one thread needs for the tiles of a chain.
size_t kernel_chain_workspace(void);

/// Runs a chain. The result may be an operand that is not spread, and overlaps none otherwise.
/// - workspaces: for each thread, kernel_chain_workspace() bytes.
void kernel_chain_run(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, const kernel_chain *chain,
  void *workspaces);

/// Over what is summed, or of what the largest is taken.
typedef enum : int32_t {
  /// All elements: one number.
  KERNEL_SUM_ALL,
  /// Each row: a column.
  KERNEL_SUM_ROWS,
  /// Each column: a row.
  KERNEL_SUM_COLUMNS,
  /// Each row: a column.
  KERNEL_MAXIMUM_ROWS,
} kernel_reduction;

/// The bytes that a sum of `count` numbers, or the product of two vectors, needs.
size_t kernel_sum_workspace(size_t count);

/// Reduces a matrix, in double and in a fixed order.
void kernel_reduce(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, kernel_reduction reduction,
  kernel_matrix x, void *result, double *workspace);

/// The scalar product of two vectors, in double and in a fixed order; of one with ones where y is NULL.
double kernel_dot(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, const void *x,
  const void *y, double *workspace);

/// Whether all numbers are zero; what is no number is not.
bool kernel_is_zero(kernel_precision precision, size_t count, const void *x);

/// The bytes of workspace that `kernel_take_out` needs.
size_t kernel_take_out_workspace(size_t rows, size_t count);

/// Orthogonalizes a vector x of `count` numbers, which is not one of the rows, against the rows of a matrix. A time is
/// c = matrix x, as by `kernel_dot`, and x = x - transposed matrix c, row by row with two roundings; it is done twice, as
/// once leaves rounding errors along the rows. The coefficients are the sums of both c.
void kernel_take_out(
  kernel_workers *workers, kernel_instruction_set set, size_t rows, size_t count, const double *matrix, double *x,
  double *coefficients, double *workspace);

/// y = own_factor * y + factor * x, with three roundings; x must not overlap y.
void kernel_add_scaled(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  const void *x, double own_factor, void *y);

/// x = factor * x.
void kernel_scale(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, size_t count, double factor,
  void *x);

/// Sets the numbers to zero whose magnitude is below `least`.
void kernel_clear_small(kernel_instruction_set set, size_t count, double least, double *x);

/// y = x, rounded where y is narrower; they must not overlap.
void kernel_copy(
  kernel_instruction_set set, size_t count, kernel_precision from, const void *x, kernel_precision to, void *y);

/// How many steps of the UV map form a block: divergence and settling are noticed at the ends of blocks.
enum { KERNEL_UV_BLOCK = 16 };

/// The outcome at one point of a sweep of the UV map.
typedef struct {
  /// The largest |z| over the block that ends at half of the steps, and over the last block.
  double half_amplitude, final_amplitude;
  /// The mean of eta * lambda, and of eta * lambda_H, over the last block.
  double mean_trace, mean_sharpness;
  /// After how many steps it was noticed that the point diverges; 0 if it does not. The other fields are then NaN.
  int64_t diverged;
} kernel_uv_outcome;

/// Iterates the UV map for `count` points, `blocks` times KERNEL_UV_BLOCK steps.
///
/// In the balanced coordinates u = sqrt(P), v = sqrt(Q) (eta kappa f = P - Q, eta lambda = 2 (P + Q)) a step is
///   z = u^2 - v^2 - r,   u' = u - z u,   v' = v + z v,
/// each line by fused multiply-add. At the end of a block a point with u^2 + v^2 > 2^20 or not a number has diverged
/// and is frozen; |v| < 2^-200 is set to zero, so that it does not sink into subnormal numbers.
///
/// - stop_when_settled: skip the blocks that would repeat bit for bit since the state is the one of a block before;
///   the outcome is the same.
void kernel_uv_sweep(
  kernel_instruction_set set, size_t count, const double *positive, const double *negative, const double *ratio,
  int64_t blocks, bool stop_when_settled, kernel_uv_outcome *outcomes);
