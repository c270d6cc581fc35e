// Doubles as bits.
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint64_t kernel_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double kernel_from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline double kernel_infinity(void) { return kernel_from_bits(0x7ff0000000000000); }

static inline double kernel_nan(void) { return kernel_from_bits(0x7ff8000000000000); }

/// 2^k for -1022 <= k <= 1023.
static inline double kernel_power_of_two(int64_t k) { return kernel_from_bits((uint64_t)(k + 1023) << 52); }
