// exp, log, sin and cos from IEEE addition, multiplication and division. Taylor series of reduced arguments: their
// coefficients need no table, and a few terms more than a minimax polynomial cost nothing where these are used.

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

// The high parts have zeros at the end, so that their product with a small integer is exact.
static const double ln2_high = 0x1.62e42fee00000p-1;
static const double ln2_low = 0x1.a39ef35793c76p-33;

double kernel_exp(double x) {
  if (x != x) return x;
  if (x > 0x1.62e42fefa39efp+9) return kernel_infinity();
  if (x < -0x1.74910d52d3051p+9) return 0;
  // x = k ln 2 + r with |r| <= (ln 2) / 2.
  const double scaled = x * 0x1.71547652b82fep+0;
  const int64_t k = (int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double high = x - (double)k * ln2_high;
  const double low = (double)k * ln2_low;
  const double r = high - low;
  const double r_error = (high - r) - low;
  // e^r - 1 = r + r^2 (1/2 + r/6 + ...), summed from the smallest term.
  double sum = 0;
  for (int n = 14; n >= 3; n--) sum = (sum + 1) * r / n;
  const double tail = r * r * 0.5 * (1 + sum) + r_error * (1 + r);
  const double value = 1 + (r + tail);
  // Two factors, since 2^k itself may be out of range where the product is not.
  const int64_t first = k / 2;
  return value * kernel_power_of_two(first) * kernel_power_of_two(k - first);
}

double kernel_log(double x) {
  if (x != x || x < 0) return kernel_nan();
  if (x == 0) return -kernel_infinity();
  if (x == kernel_infinity()) return x;
  int64_t k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  uint64_t bits = kernel_bits(x);
  k += (int64_t)(bits >> 52) - 1023;
  double m = kernel_from_bits((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 0x1.6a09e667f3bcdp+0) {
    m *= 0.5;
    k += 1;
  }
  // log(1 + f) = f - s (f - R) - ..., with s = f / (2 + f) and R = 2 (s^2/3 + s^4/5 + ...): the leading term is exact.
  const double f = m - 1;
  const double s = f / (2 + f);
  const double square = s * s;
  double sum = 0;
  for (int n = 27; n >= 3; n -= 2) sum = (sum + 2.0 / n) * square;
  const double half_square = 0.5 * f * f;
  const double correction = half_square - (s * (half_square + sum) + (double)k * ln2_low);
  return (double)k * ln2_high - (correction - f);
}

static const double pi_high = 0x1.921fb54442d18p+1;
static const double pi_low = 0x1.1a62633145c07p-53;

// sin and cos of t turns, |t| <= 1/8.
static void octant(double t, double *sine, double *cosine) {
  // The angle 2 pi t as a sum of two doubles: the product's own error by Dekker's splitting.
  const double two_pi = 2 * pi_high;
  const double angle = two_pi * t;
  const double split = 0x1p27 + 1;
  const double a = two_pi * split, a_high = a - (a - two_pi), a_low = two_pi - a_high;
  const double b = t * split, b_high = b - (b - t), b_low = t - b_high;
  const double error = ((a_high * b_high - angle) + a_high * b_low + a_low * b_high) + a_low * b_low;
  const double low = error + 2 * pi_low * t;
  const double square = angle * angle;
  double odd = 0;
  for (int n = 21; n >= 5; n -= 2) odd = -(odd + 1) * square / (n * (n - 1));
  // sin = x - x^3/6 (1 + odd) + low cos
  const double cube = angle * square;
  *sine = angle + (low * (1 - 0.5 * square) - cube / 6 * (1 + odd));
  double even = 0;
  for (int n = 20; n >= 4; n -= 2) even = -(even + 1) * square / (n * (n - 1));
  // cos = 1 - x^2/2 (1 + even) - low sin, with the rounding of 1 - x^2/2 put back.
  const double half = 0.5 * square;
  const double first = 1 - half;
  *cosine = first + (((1 - first) - half) - half * even - low * angle);
}

static void sine_cosine(double x, double *sine, double *cosine) {
  if (!(x - x == 0)) {
    *sine = *cosine = kernel_nan();
    return;
  }
  // Beyond 2^52 every number is whole.
  const double magnitude = x < 0 ? -x : x;
  const double turn = magnitude >= 0x1p52 ? 0 : magnitude - (double)(int64_t)magnitude;
  const int64_t quarter = (int64_t)(turn * 4 + 0.5);
  double s, c;
  octant(turn - (double)quarter * 0.25, &s, &c);
  double rotated_sine = s, rotated_cosine = c;
  switch (quarter & 3) {
  case 1: rotated_sine = c, rotated_cosine = -s; break;
  case 2: rotated_sine = -s, rotated_cosine = -c; break;
  case 3: rotated_sine = -c, rotated_cosine = s; break;
  }
  *sine = x < 0 ? -rotated_sine : rotated_sine;
  *cosine = rotated_cosine;
}

double kernel_sin_turns(double x) {
  double sine, cosine;
  sine_cosine(x, &sine, &cosine);
  return sine;
}

double kernel_cos_turns(double x) {
  double sine, cosine;
  sine_cosine(x, &sine, &cosine);
  return cosine;
}
