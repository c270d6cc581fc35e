// The elementary functions of single numbers, and sin and cos from IEEE addition and multiplication.

#include "elementary.h"

#pragma STDC FP_CONTRACT OFF

double kernel_exp(double x) { return elementary_exp(x); }

double kernel_log(double x) { return elementary_log(x); }

double kernel_tanh(double x) { return elementary_tanh(x); }

double kernel_erf(double x) { return elementary_erf(x); }

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
