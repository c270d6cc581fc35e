// One instruction set's sweep of the UV map. The includer defines SWEEP, LANES, VECTORS, TARGET and FUSED, which this
// file takes back at its end. No guard: it is included once for each instruction set.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(SWEEP, _vector)
#define MASK JOIN(SWEEP, _mask)
#define BLOCK JOIN(SWEEP, _block)
#define GROUP (LANES * VECTORS)

typedef double VECTOR __attribute__((vector_size(8 * LANES)));
typedef int64_t MASK __attribute__((vector_size(8 * LANES)));

/// Where a group of points is, and what its last block was like.
typedef struct {
  VECTOR u[VECTORS], v[VECTORS], ratio[VECTORS];
  VECTOR amplitude[VECTORS], trace[VECTORS], sharpness[VECTORS];
} BLOCK;

/// A block of steps that keeps only the state.
TARGET static inline void JOIN(SWEEP, _advance)(BLOCK *restrict block) {
  VECTOR u[VECTORS], v[VECTORS], minus_ratio[VECTORS];
  for (int k = 0; k < VECTORS; k++) {
    u[k] = block->u[k];
    v[k] = block->v[k];
    minus_ratio[k] = -block->ratio[k];
  }
  for (int step = 0; step < KERNEL_UV_BLOCK; step++) {
#pragma clang loop unroll(full)
    for (int k = 0; k < VECTORS; k++) {
      const VECTOR z = FUSED(-v[k], v[k], FUSED(u[k], u[k], minus_ratio[k]));
      u[k] = FUSED(-z, u[k], u[k]);
      v[k] = FUSED(z, v[k], v[k]);
    }
  }
  for (int k = 0; k < VECTORS; k++) {
    block->u[k] = u[k];
    block->v[k] = v[k];
  }
}

/// A block of steps that also takes the block's statistics.
TARGET static void JOIN(SWEEP, _observe)(BLOCK *restrict block) {
  for (int k = 0; k < VECTORS; k++) {
    VECTOR u = block->u[k], v = block->v[k];
    const VECTOR ratio = block->ratio[k];
    VECTOR amplitude = ratio - ratio, trace_sum = amplitude, sharpness_sum = amplitude;
    for (int step = 0; step < KERNEL_UV_BLOCK; step++) {
      const VECTOR z = FUSED(-v, v, FUSED(u, u, -ratio));
      const VECTOR size = __builtin_elementwise_abs(z);
      const MASK is_larger = size > amplitude;
      amplitude = (VECTOR)((is_larger & (MASK)size) | (~is_larger & (MASK)amplitude));
      // eta lambda = 2 (P + Q); eta lambda_H = L/2 + sqrt(L^2/4 + z (3 z + 2 r)), with the root's argument the square
      // of the eigenvalues' half distance and so never negative but by rounding.
      const VECTOR half_trace = u * u + v * v;
      const VECTOR inside = half_trace * half_trace + z * (3 * z + 2 * ratio);
      const MASK is_positive = inside > 0;
      const VECTOR root = __builtin_elementwise_sqrt((VECTOR)(is_positive & (MASK)inside));
      trace_sum += 2 * half_trace;
      sharpness_sum += half_trace + root;
      u = FUSED(-z, u, u);
      v = FUSED(z, v, v);
    }
    block->u[k] = u;
    block->v[k] = v;
    block->amplitude[k] = amplitude;
    block->trace[k] = trace_sum * (1.0 / KERNEL_UV_BLOCK);
    block->sharpness[k] = sharpness_sum * (1.0 / KERNEL_UV_BLOCK);
  }
}

/// Freezes the points that have diverged, and clears what would become subnormal.
TARGET static inline bool JOIN(SWEEP, _settle)(
  BLOCK *restrict block, const BLOCK *restrict before, int64_t steps, int64_t diverged[GROUP]) {
  MASK changed = {0};
  for (int k = 0; k < VECTORS; k++) {
    const VECTOR size = block->u[k] * block->u[k] + block->v[k] * block->v[k];
    const MASK is_bounded = size <= 0x1p20;
    const MASK is_felt = __builtin_elementwise_abs(block->v[k]) >= 0x1p-200;
    const MASK newly = ~is_bounded;
    bool any = false;
    for (int lane = 0; lane < LANES; lane++) any |= newly[lane] != 0;
    if (any) {
      for (int lane = 0; lane < LANES; lane++) {
        if (newly[lane] && diverged[k * LANES + lane] == 0) diverged[k * LANES + lane] = steps;
      }
    }
    block->u[k] = (VECTOR)(is_bounded & (MASK)block->u[k]);
    block->v[k] = (VECTOR)(is_bounded & is_felt & (MASK)block->v[k]);
    block->ratio[k] = (VECTOR)(is_bounded & (MASK)block->ratio[k]);
    changed |= ((MASK)block->u[k] ^ (MASK)before->u[k]) | ((MASK)block->v[k] ^ (MASK)before->v[k]);
  }
  bool has_changed = false;
  for (int lane = 0; lane < LANES; lane++) has_changed |= changed[lane] != 0;
  return !has_changed;
}

TARGET static void SWEEP(
  size_t count, const double *positive, const double *negative, const double *ratio, int64_t blocks,
  bool stop_when_settled, kernel_uv_outcome *outcomes) {
  for (size_t start = 0; start < count; start += GROUP) {
    BLOCK block;
    int64_t diverged[GROUP] = {0};
    const size_t length = count - start < GROUP ? count - start : GROUP;
    for (size_t i = 0; i < GROUP; i++) {
      // The last group is filled up with copies of its first point.
      const size_t point = start + (i < length ? i : 0);
      block.u[i / LANES][i % LANES] = positive[point];
      block.v[i / LANES][i % LANES] = negative[point];
      block.ratio[i / LANES][i % LANES] = ratio[point];
    }
    const int64_t half = (blocks + 1) / 2;
    bool is_settled = false;
    for (int64_t done = 1; done <= blocks; done++) {
      const bool is_observed = done == half || done == blocks;
      // A settled group repeats its block for ever: only the observed ones are worth running.
      if (is_settled && !is_observed) continue;
      const BLOCK before = block;
      if (is_observed) {
        JOIN(SWEEP, _observe)(&block);
      } else {
        JOIN(SWEEP, _advance)(&block);
      }
      is_settled = JOIN(SWEEP, _settle)(&block, &before, done * KERNEL_UV_BLOCK, diverged) && stop_when_settled;
      if (done != half) continue;
      for (size_t i = 0; i < length; i++) {
        outcomes[start + i].half_amplitude = block.amplitude[i / LANES][i % LANES];
      }
    }
    for (size_t i = 0; i < length; i++) {
      kernel_uv_outcome *outcome = &outcomes[start + i];
      outcome->final_amplitude = block.amplitude[i / LANES][i % LANES];
      outcome->mean_trace = block.trace[i / LANES][i % LANES];
      outcome->mean_sharpness = block.sharpness[i / LANES][i % LANES];
      outcome->diverged = diverged[i];
      if (diverged[i] == 0) continue;
      outcome->half_amplitude = outcome->final_amplitude = kernel_nan();
      outcome->mean_trace = outcome->mean_sharpness = kernel_nan();
    }
  }
}

#undef SWEEP
#undef LANES
#undef VECTORS
#undef TARGET
#undef FUSED
#undef VECTOR
#undef MASK
#undef BLOCK
#undef GROUP
#undef JOIN
#undef JOIN_
