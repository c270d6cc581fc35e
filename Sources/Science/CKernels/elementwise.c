// Chains of elementwise operations, over tiles that stay in the first cache: an array is read and written once for the
// whole chain.

#include "CKernels.h"
#include "elementary.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#define CHAIN chain_float32_avx512
#define SCALAR float
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#include "elementwise_template.h"

#define CHAIN chain_float64_avx512
#define SCALAR double
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#include "elementwise_template.h"

#define CHAIN chain_float32_avx2
#define SCALAR float
#define TARGET __attribute__((target("avx2,fma")))
#include "elementwise_template.h"

#define CHAIN chain_float64_avx2
#define SCALAR double
#define TARGET __attribute__((target("avx2,fma")))
#include "elementwise_template.h"
#endif

#define CHAIN chain_float32_baseline
#define SCALAR float
#define TARGET
#include "elementwise_template.h"

#define CHAIN chain_float64_baseline
#define SCALAR double
#define TARGET
#include "elementwise_template.h"

typedef void (*apply_function)(kernel_operation, size_t, void *, const void *const[4]);
typedef void (*spread_function)(const kernel_operand *, size_t, size_t, size_t, void *);
typedef void (*fill_function)(double, size_t, void *);

typedef struct {
  apply_function apply;
  spread_function spread;
  fill_function fill;
} chain_functions;

static chain_functions functions(kernel_instruction_set set, kernel_precision precision) {
  const bool is_double = precision == KERNEL_FLOAT64;
#define FUNCTIONS(NAME) (chain_functions){NAME, NAME##_spread, NAME##_fill}
  switch (set) {
#if defined(__x86_64__)
  case KERNEL_AVX512: return is_double ? FUNCTIONS(chain_float64_avx512) : FUNCTIONS(chain_float32_avx512);
  case KERNEL_AVX2: return is_double ? FUNCTIONS(chain_float64_avx2) : FUNCTIONS(chain_float32_avx2);
#endif
  default: return is_double ? FUNCTIONS(chain_float64_baseline) : FUNCTIONS(chain_float32_baseline);
  }
#undef FUNCTIONS
}

enum { TILE = 512, TILES_PER_PIECE = 16, PIECE = TILE * TILES_PER_PIECE };

typedef struct {
  chain_functions functions;
  size_t width;
  const kernel_chain *chain;
  char *workspaces;
} chain_job;

size_t kernel_chain_workspace(void) { return (size_t)KERNEL_CHAIN_SLOTS * TILE * sizeof(double); }

static void run_piece(void *context, size_t index, size_t worker) {
  const chain_job *job = context;
  const kernel_chain *chain = job->chain;
  const size_t total = chain->rows * chain->columns, end = total - index * PIECE < PIECE ? total : (index + 1) * PIECE;
  char *workspace = job->workspaces + worker * kernel_chain_workspace();
  void *slots[KERNEL_CHAIN_SLOTS];
  for (size_t slot = 0; slot < KERNEL_CHAIN_SLOTS; slot++) slots[slot] = workspace + slot * TILE * sizeof(double);
  for (size_t c = 0; c < chain->constant_count; c++) {
    job->functions.fill(chain->constants[c].value, TILE, slots[chain->constants[c].slot]);
  }
  for (size_t start = index * PIECE; start < end; start += TILE) {
    const size_t count = end - start < TILE ? end - start : TILE;
    for (size_t o = 0; o < chain->operand_count; o++) {
      const kernel_operand *operand = &chain->operands[o];
      if (operand->spread == KERNEL_SPREAD_NONE) {
        slots[operand->slot] = (char *)operand->elements + start * job->width;
      } else {
        job->functions.spread(operand, chain->columns, start, count, slots[operand->slot]);
      }
    }
    for (size_t s = 0; s < chain->step_count; s++) {
      const kernel_step *step = &chain->steps[s];
      const bool is_last = s + 1 == chain->step_count;
      void *to = is_last ? (char *)chain->result + start * job->width : slots[step->result];
      const void *const from[4] = {
        slots[step->operands[0]], slots[step->operands[1]], slots[step->operands[2]], slots[step->operands[3]]};
      job->functions.apply(step->operation, count, to, from);
    }
  }
}

void kernel_chain_run(
  kernel_workers *workers, kernel_instruction_set set, kernel_precision precision, const kernel_chain *chain,
  void *workspaces) {
  chain_job job = {functions(set, precision), kernel_width(precision), chain, workspaces};
  kernel_workers_run(workers, (chain->rows * chain->columns + PIECE - 1) / PIECE, run_piece, &job);
}
