// One instruction set's sums. `each_set.h` includes it, and defines NAME and TARGET, which are taken back at the end.

/// SUMS numbers in memory of any alignment, as doubles.
typedef double NAME(doubles) __attribute__((vector_size(SUMS * sizeof(double)), aligned(sizeof(double)), may_alias));
typedef float NAME(floats) __attribute__((vector_size(SUMS * sizeof(float)), aligned(sizeof(float)), may_alias));

#define DEFINE_SUM(SUM, SCALAR, VECTOR, VECTOR_TERM, TERM)                                                           \
  TARGET static double SUM(const SCALAR *x, const SCALAR *y, size_t count) {                                         \
    (void)y;                                                                                                         \
    NAME(doubles) sum = {0};                                                                                         \
    size_t i = 0;                                                                                                    \
    for (; i + SUMS <= count; i += SUMS) sum += VECTOR_TERM(VECTOR);                                                 \
    double sums[SUMS];                                                                                               \
    *(NAME(doubles) *)sums = sum;                                                                                    \
    for (size_t s = 0; i + s < count; s++) sums[s] += TERM(i + s);                                                   \
    return tree(sums, SUMS);                                                                                         \
  }
#define LOADED(VECTOR, from) __builtin_convertvector(*(const VECTOR *)(from + i), NAME(doubles))
#define PLAIN(VECTOR) LOADED(VECTOR, x)
#define PLAIN_ONE(i) (double)x[i]
#define PRODUCT(VECTOR) LOADED(VECTOR, x) * LOADED(VECTOR, y)
#define PRODUCT_ONE(i) (double)x[i] * (double)y[i]
DEFINE_SUM(NAME(sum_float32), float, NAME(floats), PLAIN, PLAIN_ONE)
DEFINE_SUM(NAME(sum_float64), double, NAME(doubles), PLAIN, PLAIN_ONE)
DEFINE_SUM(NAME(dot_float32), float, NAME(floats), PRODUCT, PRODUCT_ONE)
DEFINE_SUM(NAME(dot_float64), double, NAME(doubles), PRODUCT, PRODUCT_ONE)
#undef LOADED
#undef PLAIN
#undef PLAIN_ONE
#undef PRODUCT
#undef PRODUCT_ONE
#undef DEFINE_SUM

TARGET static double NAME(sum)(kernel_precision precision, const void *x, const void *y, size_t count) {
  if (precision == KERNEL_FLOAT64) {
    return y ? NAME(dot_float64)(x, y, count) : NAME(sum_float64)(x, NULL, count);
  }
  return y ? NAME(dot_float32)(x, y, count) : NAME(sum_float32)(x, NULL, count);
}

/// What two rows' products with a vector add to the sums of each.
TARGET static void NAME(dot_rows)(
  size_t count, const double *x, const double *one, const double *other, double *first, double *second) {
  NAME(doubles) a = *(NAME(doubles) *)first, b = *(NAME(doubles) *)second;
  size_t i = 0;
  for (; i + SUMS <= count; i += SUMS) {
    const NAME(doubles) at = *(const NAME(doubles) *)(x + i);
    a += *(const NAME(doubles) *)(one + i) * at;
    b += *(const NAME(doubles) *)(other + i) * at;
  }
  *(NAME(doubles) *)first = a;
  *(NAME(doubles) *)second = b;
  for (size_t s = 0; i + s < count; s++) {
    first[s] += one[i + s] * x[i + s];
    second[s] += other[i + s] * x[i + s];
  }
}

TARGET static void NAME(subtract_rows)(
  size_t count, double first, const double *one, double second, const double *other, double *restrict x) {
  for (size_t i = 0; i < count; i++) x[i] = x[i] - first * one[i] - second * other[i];
}

#undef NAME
#undef TARGET
