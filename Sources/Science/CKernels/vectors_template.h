// One instruction set's operations on vectors, element by element. `each_set.h` includes it, and defines NAME and
// TARGET, which are taken back at the end.

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

TARGET static void NAME(scale)(kernel_precision precision, size_t count, double factor, void *x) {
  if (precision == KERNEL_FLOAT64) {
    double *to = x;
    for (size_t i = 0; i < count; i++) to[i] *= factor;
  } else {
    const float single = (float)factor;
    float *to = x;
    for (size_t i = 0; i < count; i++) to[i] *= single;
  }
}

TARGET static void NAME(clear)(size_t count, double least, double *x) {
  for (size_t i = 0; i < count; i++) x[i] = __builtin_elementwise_abs(x[i]) < least ? 0 : x[i];
}

TARGET static void NAME(widen)(size_t count, const float *restrict x, double *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = x[i];
}

TARGET static void NAME(narrow)(size_t count, const double *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] = (float)x[i];
}

#undef NAME
#undef TARGET
