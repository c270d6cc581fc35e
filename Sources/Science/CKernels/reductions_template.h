// One instruction set's sums and sums of vectors. The includer defines NAME, which puts the set's name behind another, and
// TARGET; both are taken back at the end. No guard: it is included once for each.

#define DEFINE_SUM(SUM, SCALAR, TERM)                                                                                \
  TARGET static double SUM(const SCALAR *x, const SCALAR *y, size_t count) {                                         \
    double sums[SUMS] = {0};                                                                                         \
    (void)y;                                                                                                         \
    size_t i = 0;                                                                                                    \
    for (; i + SUMS <= count; i += SUMS) {                                                                           \
      _Pragma("clang loop unroll(full)") for (size_t s = 0; s < SUMS; s++) sums[s] += TERM(i + s);                   \
    }                                                                                                                \
    for (size_t s = 0; i + s < count; s++) sums[s] += TERM(i + s);                                                   \
    return tree(sums, SUMS);                                                                                         \
  }
#define PLAIN(i) (double)x[i]
#define PRODUCT(i) (double)x[i] * (double)y[i]
DEFINE_SUM(NAME(sum_float32), float, PLAIN)
DEFINE_SUM(NAME(sum_float64), double, PLAIN)
DEFINE_SUM(NAME(dot_float32), float, PRODUCT)
DEFINE_SUM(NAME(dot_float64), double, PRODUCT)
#undef PLAIN
#undef PRODUCT
#undef DEFINE_SUM

TARGET static double NAME(sum)(kernel_precision precision, const void *x, const void *y, size_t count) {
  if (precision == KERNEL_FLOAT64) {
    return y ? NAME(dot_float64)(x, y, count) : NAME(sum_float64)(x, NULL, count);
  }
  return y ? NAME(dot_float32)(x, y, count) : NAME(sum_float32)(x, NULL, count);
}

TARGET static void NAME(add)(
  kernel_precision precision, size_t count, double factor, const void *x, double own_factor, void *y) {
  if (precision == KERNEL_FLOAT64) {
    const double *restrict from = x;
    double *restrict to = y;
    for (size_t i = 0; i < count; i++) to[i] = own_factor * to[i] + factor * from[i];
  } else {
    const float *restrict from = x, single = (float)factor, own = (float)own_factor;
    float *restrict to = y;
    for (size_t i = 0; i < count; i++) to[i] = own * to[i] + single * from[i];
  }
}

/// What two rows' products with a vector add to the sums of each.
TARGET static void NAME(dot_rows)(
  size_t count, const double *x, const double *one, const double *other, double *restrict first, double *restrict second) {
  double a[SUMS], b[SUMS];
  for (size_t s = 0; s < SUMS; s++) a[s] = first[s], b[s] = second[s];
  size_t i = 0;
  for (; i + SUMS <= count; i += SUMS) {
    _Pragma("clang loop unroll(full)") for (size_t s = 0; s < SUMS; s++) {
      a[s] += one[i + s] * x[i + s];
      b[s] += other[i + s] * x[i + s];
    }
  }
  for (size_t s = 0; i + s < count; s++) {
    a[s] += one[i + s] * x[i + s];
    b[s] += other[i + s] * x[i + s];
  }
  for (size_t s = 0; s < SUMS; s++) first[s] = a[s], second[s] = b[s];
}

TARGET static void NAME(subtract_rows)(
  size_t count, double first, const double *one, double second, const double *other, double *restrict x) {
  for (size_t i = 0; i < count; i++) x[i] = x[i] - first * one[i] - second * other[i];
}

#undef NAME
#undef TARGET
