// The inner loops of the science wing.
//
// Every function gives the same bits on every processor: only IEEE operations, fused multiply-add where it is
// written, no contraction, no call of the C library. Nothing here has state; the instruction set is an argument.
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
} kernel_instruction_set;

/// Whether this processor has the instruction set.
bool kernel_supports(kernel_instruction_set set);

// Elementary functions, within 1 ulp (tests compare with correctly rounded values). Arguments outside the domain
// give NaN; overflow gives infinity.

/// e^x.
double kernel_exp(double x);
/// The natural logarithm.
double kernel_log(double x);
/// sin(2 pi x); the argument is in turns, so that its reduction is exact.
double kernel_sin_turns(double x);
/// cos(2 pi x).
double kernel_cos_turns(double x);

/// x * y + z with one rounding (to nearest, ties to even), by integer arithmetic.
double kernel_fused_multiply_add(double x, double y, double z);

/// How many steps of the UV map form a block: divergence and settling are noticed at the ends of blocks.
enum { KERNEL_UV_BLOCK = 16 };

/// What becomes of one point of a sweep of the UV map.
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
