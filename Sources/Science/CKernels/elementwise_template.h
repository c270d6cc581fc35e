// One instruction set's elementwise operations on one type of number. The includer defines CHAIN, SCALAR and
// TARGET, which this file takes back at its end. No guard: it is included once for each.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
// The result may be one of the operands, element by element, and never overlaps one otherwise.
#define EACH                                                                                                         \
  _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; i++)

TARGET static void CHAIN(kernel_operation operation, size_t count, void *to, const void *const from[4]) {
  SCALAR *r = to;
  const SCALAR *x = from[0], *y = from[1], *z = from[2], *w = from[3];
  switch (operation) {
  case KERNEL_ADD: EACH r[i] = x[i] + y[i]; return;
  case KERNEL_SUBTRACT: EACH r[i] = x[i] - y[i]; return;
  case KERNEL_MULTIPLY: EACH r[i] = x[i] * y[i]; return;
  case KERNEL_DIVIDE: EACH r[i] = x[i] / y[i]; return;
  case KERNEL_NEGATE: EACH r[i] = -x[i]; return;
  case KERNEL_SQUARE_ROOT: EACH r[i] = __builtin_elementwise_sqrt(x[i]); return;
  case KERNEL_GREATER: EACH r[i] = x[i] > y[i] ? 1 : 0; return;
  case KERNEL_EQUAL: EACH r[i] = x[i] == y[i] ? 1 : 0; return;
  case KERNEL_SELECT:
    // Both are loaded, lest the compiler choose between their addresses and gather.
    EACH {
      const SCALAR chosen = y[i], other = z[i];
      r[i] = x[i] != 0 ? chosen : other;
    }
    return;
  case KERNEL_SELECT_GREATER:
    EACH {
      const SCALAR chosen = z[i], other = w[i];
      r[i] = x[i] > y[i] ? chosen : other;
    }
    return;
  // In double, and so within a hair of half an ulp in float.
  case KERNEL_EXP: EACH r[i] = (SCALAR)elementary_exp(x[i]); return;
  case KERNEL_LOG: EACH r[i] = (SCALAR)elementary_log(x[i]); return;
  case KERNEL_TANH: EACH r[i] = (SCALAR)elementary_tanh(x[i]); return;
  case KERNEL_ERF: EACH r[i] = (SCALAR)elementary_erf(x[i]); return;
  }
}

/// Fills a tile that begins at element `start` of the result with an operand that is spread over rows, columns or both.
TARGET static void JOIN(CHAIN, _spread)(
  const kernel_operand *operand, size_t columns, size_t start, size_t count, void *to) {
  SCALAR *r = to;
  const SCALAR *x = operand->elements;
  size_t row = start / columns, column = start % columns;
  for (size_t i = 0; i < count;) {
    const size_t length = columns - column < count - i ? columns - column : count - i;
    if (operand->spread == KERNEL_SPREAD_ROW) {
      for (size_t j = 0; j < length; j++) r[i + j] = x[column + j];
    } else {
      const SCALAR value = operand->spread == KERNEL_SPREAD_COLUMN ? x[row] : x[0];
      for (size_t j = 0; j < length; j++) r[i + j] = value;
    }
    i += length;
    column = 0;
    row += 1;
  }
}

TARGET static void JOIN(CHAIN, _fill)(double value, size_t count, void *to) {
  SCALAR *r = to;
  for (size_t i = 0; i < count; i++) r[i] = (SCALAR)value;
}

#undef CHAIN
#undef SCALAR
#undef TARGET
#undef EACH
#undef JOIN
#undef JOIN_
