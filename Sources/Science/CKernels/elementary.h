// exp, log, tanh and erf from IEEE addition, multiplication and division. Taylor series of reduced arguments: their
// coefficients need no table, and a few terms more than a minimax polynomial cost little.
//
// Without branches, so that a loop over these functions becomes one over vectors with the same bits: one source for a
// single number and for arrays on every instruction set.
#pragma once

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

#define ELEMENTARY static inline __attribute__((always_inline))
#define TERMS _Pragma("clang loop unroll(full)")

// The high parts have zeros at the end, so that their product with a small integer is exact.
static const double ln2_high = 0x1.62e42fee00000p-1;
static const double ln2_low = 0x1.a39ef35793c76p-33;

/// e^x - 1 without the factor 2^k: x = k ln 2 + r with |r| <= (ln 2) / 2, and e^r - 1 = r + tail is returned.
ELEMENTARY double reduced_exp(double x, int32_t *k) {
  const double scaled = x * 0x1.71547652b82fep+0;
  *k = (int32_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double high = x - (double)*k * ln2_high;
  const double low = (double)*k * ln2_low;
  const double r = high - low;
  const double r_error = (high - r) - low;
  // e^r - 1 = r + r^2 (1/2 + r/6 + ...), summed from the smallest term.
  double sum = 0;
  TERMS for (int n = 14; n >= 3; n--) sum = (sum + 1) * r / n;
  const double tail = r * r * 0.5 * (1 + sum) + r_error * (1 + r);
  return r + tail;
}

ELEMENTARY double elementary_exp(double x) {
  const double most = 0x1.62e42fefa39efp+9, least = -0x1.74910d52d3051p+9;
  const double inside = x > most || x < least || x != x ? 0 : x;
  int32_t k;
  const double value = 1 + reduced_exp(inside, &k);
  // Two factors, since 2^k itself may be out of range where the product is not.
  const int32_t first = k / 2;
  const double scaled = value * kernel_power_of_two(first) * kernel_power_of_two(k - first);
  const double bounded = x > most ? kernel_infinity() : x < least ? 0 : scaled;
  return x != x ? x : bounded;
}

ELEMENTARY double elementary_tanh(double x) {
  const double size = x < 0 ? -x : x;
  // tanh x = t / (t + 2) with t = e^(2x) - 1.
  int32_t k;
  const double part = reduced_exp(size <= 22 ? 2 * size : 0, &k);
  const double power = kernel_power_of_two(k);
  const double t = power * part + (power - 1);
  const double value = size > 22 ? 1 : t / (t + 2);
  const double result = x < 0 ? -value : value;
  return x != x ? x : result;
}

/// erf(c) and its slope 2 / sqrt(pi) e^(-c^2) for c = 0, 1/4, ..., 6.
static const double erf_table[25][2] = {
  {0x0.0p+0, 0x1.20dd750429b6dp+0},
  {0x1.1af54e232d609p-2, 0x1.0f5d1602f7e41p+0},
  {0x1.0a7ef5c18edd2p-1, 0x1.c1efca49a5011p-1},
  {0x1.6c1c9759d0e5fp-1, 0x1.492e42d78d2c5p-1},
  {0x1.af767a741088bp-1, 0x1.a911f096fbc26p-2},
  {0x1.d8865d98abe01p-1, 0x1.e4652fadcb6b2p-3},
  {0x1.eea5557137ae0p-1, 0x1.e723726b824a9p-4},
  {0x1.f92d077f8d56dp-1, 0x1.b055303221015p-5},
  {0x1.fd9ae142795e3p-1, 0x1.529b9e8cf9a1ep-6},
  {0x1.ff404760319b4p-1, 0x1.d4143a9dfe965p-8},
  {0x1.ffcaa8f4c9beap-1, 0x1.1d83170fbf6fbp-9},
  {0x1.fff2cfb0453d9p-1, 0x1.3360ccd23db3ap-11},
  {0x1.fffd1ac4135f9p-1, 0x1.2408e9ba3327fp-13},
  {0x1.ffff6f9f67e55p-1, 0x1.e9b5e8d00ce77p-16},
  {0x1.ffffe710d565ep-1, 0x1.6a597219a93dap-18},
  {0x1.fffffc2f171e3p-1, 0x1.d9371e2ff7c35p-21},
  {0x1.ffffff7b91176p-1, 0x1.10b1488aeb235p-23},
  {0x1.fffffff01a8b6p-1, 0x1.155a09065d4f7p-26},
  {0x1.fffffffe4fa30p-1, 0x1.f1e3523b41d7dp-30},
  {0x1.ffffffffd759dp-1, 0x1.8a61745ec7d1dp-33},
  {0x1.fffffffffc9e8p-1, 0x1.13af4f04f9998p-36},
  {0x1.ffffffffffc05p-1, 0x1.5422ef5d8949dp-40},
  {0x1.fffffffffffbep-1, 0x1.7258610b3b233p-44},
  {0x1.ffffffffffffcp-1, 0x1.63daf8b4b1e0cp-48},
  {0x1.0000000000000p+0, 0x1.2dc119095729fp-52},
};

ELEMENTARY double elementary_erf(double x) {
  const double size = x < 0 ? -x : x;
  const double inside = size < 6 ? size : 0;
  const int32_t index = (int32_t)(inside * 4 + 0.5);
  const double center = (double)index * 0.25, t = inside - center;
  // erf(c + t) = erf(c) + slope (a_0 t + a_1 t^2 / 2 + ...), where the coefficients of e^(-(c + t)^2) / e^(-c^2) follow
  // from the one before and the one before that: (n + 1) a_(n+1) = -2 (c a_n + a_(n-1)).
  double terms[17];
  double before = 0, coefficient = 1;
  TERMS for (int n = 0; n <= 16; n++) {
    terms[n] = coefficient / (n + 1);
    const double next = -2 * (center * coefficient + before) / (n + 1);
    before = coefficient;
    coefficient = next;
  }
  double sum = 0;
  TERMS for (int n = 16; n >= 1; n--) sum = (sum + terms[n]) * t;
  const double slope = erf_table[index][1] * t;
  const double value = size >= 6 ? 1 : erf_table[index][0] + (slope + slope * sum);
  const double result = x < 0 ? -value : value;
  return x != x ? x : result;
}

ELEMENTARY double elementary_log(double x) {
  const bool is_subnormal = x < 0x1p-1022;
  const uint64_t bits = kernel_bits(is_subnormal ? x * 0x1p54 : x);
  const double fraction = kernel_from_bits((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  const bool is_large = fraction > 0x1.6a09e667f3bcdp+0;
  const double m = is_large ? fraction * 0.5 : fraction;
  const int32_t k = (int32_t)(bits >> 52) - 1023 + (is_large ? 1 : 0) - (is_subnormal ? 54 : 0);
  // log(1 + f) = f - s (f - R) - ..., with s = f / (2 + f) and R = 2 (s^2/3 + s^4/5 + ...): the leading term is exact.
  const double f = m - 1;
  const double s = f / (2 + f);
  const double square = s * s;
  double sum = 0;
  TERMS for (int n = 27; n >= 3; n -= 2) sum = (sum + 2.0 / n) * square;
  const double half_square = 0.5 * f * f;
  const double correction = half_square - (s * (half_square + sum) + (double)k * ln2_low);
  const double value = (double)k * ln2_high - (correction - f);
  const double bounded = x == kernel_infinity() ? x : x == 0 ? -kernel_infinity() : value;
  return x != x || x < 0 ? kernel_nan() : bounded;
}

#undef ELEMENTARY
#undef TERMS
