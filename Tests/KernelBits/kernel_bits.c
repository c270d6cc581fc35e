// Prints a hash of what every kernel computes, a line each, for the instruction set named: to be compared between
// instruction sets and processors.
//
// usage: kernel_bits baseline|avx2|avx512|neon [THREADS]      exit status 3 where this processor lacks the set

#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// FNV-1a. All NaNs count as one: IEEE 754 leaves their bits open, and a result that holds one is not kept.
static uint64_t hashed(uint64_t hash, kernel_precision precision, const void *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    if (precision == KERNEL_FLOAT64) {
      const double x = ((const double *)numbers)[i];
      if (x == x) memcpy(&bits, &x, sizeof x);
      else bits = 1;
    } else {
      const float x = ((const float *)numbers)[i];
      if (x == x) memcpy(&bits, &x, sizeof x);
      else bits = 1;
    }
    for (int byte = 0; byte < 8; byte++) hash = (hash ^ (bits >> (8 * byte) & 0xff)) * 0x100000001b3;
  }
  return hash;
}

static const uint64_t hash_start = 0xcbf29ce484222325;

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/// Between -1 and 1.
static double uniform(void) { return (double)(int64_t)random_bits() * 0x1p-63; }

static void *room(kernel_precision precision, size_t count) {
  void *memory = malloc((count + 1) * kernel_width(precision));
  if (!memory) abort();
  return memory;
}

static void *numbers(kernel_precision precision, size_t count, double scale) {
  void *memory = room(precision, count);
  for (size_t i = 0; i < count; i++) {
    const double x = uniform() * scale;
    if (precision == KERNEL_FLOAT64) ((double *)memory)[i] = x;
    else ((float *)memory)[i] = (float)x;
  }
  return memory;
}

static const char *name(kernel_precision precision) { return precision == KERNEL_FLOAT64 ? "float64" : "float32"; }

static void products(kernel_workers *workers, kernel_instruction_set set, kernel_precision precision) {
  // Edges of tiles, of vectors and of blocks of 384; narrow, flat and empty ones.
  static const size_t sizes[][3] = {
    {1, 1, 1}, {2, 3, 4}, {12, 32, 5}, {13, 33, 385}, {24, 10, 384}, {50, 10, 770}, {7, 16, 769}, {150, 17, 60},
    {3, 1030, 9}, {145, 40, 383}, {5, 8, 0}, {100, 300, 400}, {61, 530, 17}, {70, 7, 400}, {40, 13, 50}, {100, 64, 64},
    // So large that threads share them.
    {3000, 10, 64}, {900, 64, 64},
  };
  uint64_t hash = hash_start;
  void *workspaces = malloc(kernel_workers_count(workers) * kernel_matrix_product_workspace(precision));
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (int form = 0; form < 8; form++) {
      const size_t rows = sizes[i][0], columns = sizes[i][1], depth = sizes[i][2];
      const bool transposes_a = form & 1, transposes_b = form & 2;
      const kernel_matrix a = {
        numbers(precision, rows * depth, 1), transposes_a ? depth : rows, transposes_a ? rows : depth, transposes_a};
      const kernel_matrix b = {
        numbers(precision, depth * columns, 1), transposes_b ? columns : depth, transposes_b ? depth : columns,
        transposes_b};
      const kernel_matrix c = {numbers(precision, rows * columns, 1), rows, columns, false};
      kernel_matrix_product(workers, set, precision, a, b, c, form & 4, workspaces);
      hash = hashed(hash, precision, c.elements, rows * columns);
      free(a.elements), free(b.elements), free(c.elements);
    }
  }
  free(workspaces);
  printf("products %s %016llx\n", name(precision), (unsigned long long)hash);
}

static void chains(kernel_workers *workers, kernel_instruction_set set, kernel_precision precision) {
  enum { ROWS = 53, COLUMNS = 331, COUNT = ROWS * COLUMNS };
  static const double special[] = {
    0, -0.0, 1, -1, 0.5, 22, -22.5, 6, -5.999, 709.7, 710, -745, -750, 1e-310, 1e300, -1e300, 1e-3, 88.7, -104};
  void *workspaces = malloc(kernel_workers_count(workers) * kernel_chain_workspace());
  double *x = numbers(KERNEL_FLOAT64, COUNT, 1), *y = numbers(KERNEL_FLOAT64, COUNT, 30);
  void *operands[] = {room(precision, COUNT), room(precision, COUNT), numbers(precision, COLUMNS, 3), numbers(precision, ROWS, 3)};
  for (int operation = KERNEL_ADD; operation <= KERNEL_SELECT_GREATER; operation++) {
    for (size_t i = 0; i < COUNT; i++) {
      // Of every size, small and special ones among them; a fifth of the second operands equal the first.
      const size_t kinds = sizeof special / sizeof *special;
      double first = i % 7 < 3 ? x[i] * 30 : i % 7 < 6 ? x[i] * 1e-3 : special[i % kinds];
      double second = i % 5 == 0 ? first : y[i];
      if (operation == KERNEL_LOG || operation == KERNEL_SQUARE_ROOT) first = first < 0 ? -first : first;
      if (precision == KERNEL_FLOAT64) ((double *)operands[0])[i] = first, ((double *)operands[1])[i] = second;
      else ((float *)operands[0])[i] = (float)first, ((float *)operands[1])[i] = (float)second;
    }
    const kernel_operand given[] = {
      {operands[0], KERNEL_SPREAD_NONE, 0}, {operands[1], KERNEL_SPREAD_NONE, 1}, {operands[2], KERNEL_SPREAD_ROW, 2},
      {operands[3], KERNEL_SPREAD_COLUMN, 3}};
    const kernel_constant constants[] = {{0.3, 4}};
    // The operation by itself; then within a chain with operands of each spread.
    const kernel_step steps[] = {
      {operation, 5, {0, 1, 2, 3}}, {KERNEL_MULTIPLY, 6, {5, 2, 0}}, {KERNEL_ADD, 7, {6, 3, 0}}, {KERNEL_MULTIPLY, 8, {7, 4, 0}}};
    uint64_t hash = hash_start;
    for (size_t count = 1; count <= 4; count += 3) {
      void *result = room(precision, COUNT);
      const kernel_chain chain = {ROWS, COLUMNS, given, constants, steps, 4, 1, count, result};
      kernel_chain_run(workers, set, precision, &chain, workspaces);
      hash = hashed(hash, precision, result, COUNT);
      free(result);
    }
    printf("operation %d %s %016llx\n", operation, name(precision), (unsigned long long)hash);
  }
  for (size_t i = 0; i < 4; i++) free(operands[i]);
  free(x), free(y), free(workspaces);
}

static void reductions(kernel_workers *workers, kernel_instruction_set set, kernel_precision precision) {
  static const size_t sizes[][2] = {{1, 1}, {3, 17}, {300, 70}, {1, 100003}, {1000, 129}};
  uint64_t hash = hash_start;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const size_t rows = sizes[i][0], columns = sizes[i][1], count = rows * columns;
    const kernel_matrix x = {numbers(precision, count, 1), rows, columns, false};
    void *y = numbers(precision, count, 1), *result = room(precision, count);
    double *workspace = malloc(kernel_sum_workspace(count));
    for (int reduction = KERNEL_SUM_ALL; reduction <= KERNEL_MAXIMUM_ROWS; reduction++) {
      const size_t length = reduction == KERNEL_SUM_ALL ? 1 : reduction == KERNEL_SUM_COLUMNS ? columns : rows;
      kernel_reduce(workers, set, precision, reduction, x, result, workspace);
      hash = hashed(hash, precision, result, length);
    }
    const double dot = kernel_dot(workers, set, precision, count, x.elements, y, workspace);
    hash = hashed(hash, KERNEL_FLOAT64, &dot, 1);
    free(x.elements), free(y), free(result), free(workspace);
  }
  printf("reductions %s %016llx\n", name(precision), (unsigned long long)hash);
}

static void vectors(kernel_workers *workers, kernel_instruction_set set, kernel_precision precision) {
  enum { COUNT = 20011 };
  void *x = numbers(precision, COUNT, 1), *y = numbers(precision, COUNT, 1);
  double *wide = room(KERNEL_FLOAT64, COUNT);
  float *narrow = room(KERNEL_FLOAT32, COUNT);
  kernel_add_scaled(workers, set, precision, COUNT, 0.3, x, -0.7, y);
  uint64_t hash = hashed(hash_start, precision, y, COUNT);
  kernel_scale(workers, set, precision, COUNT, 0.3, y);
  hash = hashed(hash, precision, y, COUNT);
  kernel_copy(set, COUNT, precision, y, KERNEL_FLOAT32, narrow);
  kernel_copy(set, COUNT, precision, y, KERNEL_FLOAT64, wide);
  hash = hashed(hashed(hash, KERNEL_FLOAT32, narrow, COUNT), KERNEL_FLOAT64, wide, COUNT);
  kernel_clear_small(set, COUNT, 0.05, wide);
  hash = hashed(hash, KERNEL_FLOAT64, wide, COUNT);
  free(x), free(y), free(wide), free(narrow);
  printf("vectors %s %016llx\n", name(precision), (unsigned long long)hash);
}

static void projections(kernel_workers *workers, kernel_instruction_set set) {
  static const size_t sizes[][2] = {{1, 5}, {5, 6784}, {17, 1500}, {40, 33}, {3, 20011}};
  uint64_t hash = hash_start;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const size_t rows = sizes[i][0], count = sizes[i][1];
    double *matrix = numbers(KERNEL_FLOAT64, rows * count, 0.01), *x = numbers(KERNEL_FLOAT64, count, 1);
    double *coefficients = room(KERNEL_FLOAT64, rows), *workspace = malloc(kernel_take_out_workspace(rows, count));
    kernel_take_out(workers, set, rows, count, matrix, x, coefficients, workspace);
    hash = hashed(hashed(hash, KERNEL_FLOAT64, x, count), KERNEL_FLOAT64, coefficients, rows);
    free(matrix), free(x), free(coefficients), free(workspace);
  }
  printf("projections %016llx\n", (unsigned long long)hash);
}

static void functions(void) {
  double (*const known[])(double) = {
    kernel_exp, kernel_log, kernel_tanh, kernel_erf, kernel_sin_turns, kernel_cos_turns};
  for (size_t f = 0; f < sizeof known / sizeof *known; f++) {
    uint64_t hash = hash_start;
    for (int i = 0; i < 20000; i++) {
      uint64_t bits = random_bits();
      double x = uniform() * (i % 3 == 0 ? 750 : 8);
      // A third of the arguments are any doubles.
      if (i % 3 == 1) memcpy(&x, &bits, sizeof x);
      const double value = known[f](x);
      hash = hashed(hash, KERNEL_FLOAT64, &value, 1);
    }
    printf("function %zu %016llx\n", f, (unsigned long long)hash);
  }
  uint64_t hash = hash_start;
  for (int i = 0; i < 20000; i++) {
    const double x = uniform(), y = uniform(), z = -x * y + uniform() * (i % 2 ? 0x1p-50 : 1);
    const double exact = kernel_fused_multiply_add(x, y, z);
    const float single = kernel_fused_multiply_add_float32((float)x, (float)y, (float)z);
    hash = hashed(hashed(hash, KERNEL_FLOAT64, &exact, 1), KERNEL_FLOAT32, &single, 1);
  }
  printf("fused-multiply-add %016llx\n", (unsigned long long)hash);
}

static void sweep(kernel_instruction_set set) {
  enum { COUNT = 203 };
  double positive[COUNT], negative[COUNT], ratio[COUNT];
  for (int i = 0; i < COUNT; i++) {
    positive[i] = (uniform() + 1) * 0.7, negative[i] = (uniform() + 1) * 0.7, ratio[i] = (uniform() + 1) * 0.6;
  }
  static kernel_uv_outcome outcomes[COUNT];
  kernel_uv_sweep(set, COUNT, positive, negative, ratio, 40, true, outcomes);
  uint64_t hash = hash_start;
  for (int i = 0; i < COUNT; i++) {
    const double values[] = {
      outcomes[i].half_amplitude, outcomes[i].final_amplitude, outcomes[i].mean_trace, outcomes[i].mean_sharpness,
      (double)outcomes[i].diverged};
    hash = hashed(hash, KERNEL_FLOAT64, values, 5);
  }
  printf("uv-sweep %016llx\n", (unsigned long long)hash);
}

int main(int count, char **words) {
  static const char *const sets[] = {"baseline", "avx2", "avx512", "neon"};
  kernel_instruction_set set = KERNEL_BASELINE;
  while (set <= KERNEL_NEON && (count < 2 || strcmp(words[1], sets[set]) != 0)) set += 1;
  if (set > KERNEL_NEON) {
    fprintf(stderr, "usage: kernel_bits baseline|avx2|avx512|neon [THREADS]\n");
    return 2;
  }
  if (!kernel_supports(set)) return 3;
  kernel_workers *workers = kernel_workers_start(count > 2 ? (size_t)atoi(words[2]) : 1);
  for (kernel_precision precision = KERNEL_FLOAT32; precision <= KERNEL_FLOAT64; precision++) {
    products(workers, set, precision);
    chains(workers, set, precision);
    reductions(workers, set, precision);
    vectors(workers, set, precision);
  }
  projections(workers, set);
  functions();
  sweep(set);
  kernel_workers_stop(workers);
  return 0;
}
