// Fused multiply-add in integers, for processors without the instruction.

#include "CKernels.h"
#include "bits.h"

#pragma STDC FP_CONTRACT OFF

typedef unsigned __int128 wide;

/// A nonzero finite number as mantissa * 2^exponent, the mantissa with its top bit at 52.
typedef struct {
  uint64_t mantissa;
  int exponent;
  bool is_negative;
} parts;

static parts take_apart(double x) {
  const uint64_t bits = kernel_bits(x);
  const int field = (int)(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & 0x000fffffffffffff;
  int exponent = field - 1075;
  if (field == 0) {
    const int shift = __builtin_clzll(mantissa) - 11;
    mantissa <<= shift;
    exponent = -1074 - shift;
  } else {
    mantissa |= 0x0010000000000000;
  }
  return (parts){mantissa, exponent, bits >> 63};
}

/// Shifts right, and keeps in the lowest bit whether anything was lost.
static wide shift_right_sticky(wide x, int shift) {
  if (shift == 0) return x;
  if (shift > 127) return x != 0;
  return x >> shift | ((x << (128 - shift)) != 0);
}

static int top_bit(wide x) {
  const uint64_t high = (uint64_t)(x >> 64);
  return high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)x);
}

/// sum * 2^exponent, rounded to nearest, ties to even; the lowest bit of `sum` is sticky.
static double put_together(wide sum, int exponent, bool is_negative) {
  const uint64_t sign = (uint64_t)is_negative << 63;
  // Bring the top bit to 54: two bits below the mantissa decide the rounding. Subnormal results keep fewer bits.
  int shift = top_bit(sum) - 54;
  if (exponent + shift < -1076) shift = -1076 - exponent;
  const uint64_t kept =
    (uint64_t)(shift > 0 ? shift_right_sticky(sum, shift) : sum << -shift);
  const int kept_exponent = exponent + shift;
  const uint64_t low = kept & 3;
  uint64_t mantissa = kept >> 2;
  if (low > 2 || (low == 2 && (mantissa & 1))) mantissa += 1;
  // kept_exponent + 2 is the weight of the mantissa's last bit.
  if (mantissa < 0x0010000000000000) return kernel_from_bits(sign | mantissa);
  const int field = kept_exponent + 2 + 1075 + (mantissa >> 53 ? 1 : 0);
  if (mantissa >> 53) mantissa >>= 1;
  if (field >= 0x7ff) return kernel_from_bits(sign | 0x7ff0000000000000);
  return kernel_from_bits(sign | (uint64_t)field << 52 | (mantissa & 0x000fffffffffffff));
}

double kernel_fused_multiply_add(double x, double y, double z) {
  // Where the product is exact or special, the plain operations are right; a finite product, even one that would
  // overflow, does not change an infinite z.
  if (!(x - x == 0) || !(y - y == 0) || x == 0 || y == 0) return x * y + z;
  if (!(z - z == 0)) return z;
  const parts a = take_apart(x), b = take_apart(y);
  const bool product_is_negative = a.is_negative != b.is_negative;
  // The product has its top bit at 104 or 105; twenty bits below it hold what the sum may cancel down to.
  wide product = (wide)a.mantissa * b.mantissa << 20;
  int exponent = a.exponent + b.exponent - 20;
  if (z == 0) return put_together(product, exponent, product_is_negative);
  const parts c = take_apart(z);
  wide addend = (wide)c.mantissa << 72;
  const int addend_exponent = c.exponent - 72;
  if (addend_exponent > exponent) {
    product = shift_right_sticky(product, addend_exponent - exponent);
    exponent = addend_exponent;
  } else {
    addend = shift_right_sticky(addend, exponent - addend_exponent);
  }
  if (product_is_negative == c.is_negative) return put_together(product + addend, exponent, c.is_negative);
  if (product == addend) return 0;
  return product > addend ? put_together(product - addend, exponent, product_is_negative)
                          : put_together(addend - product, exponent, c.is_negative);
}

float kernel_fused_multiply_add_float32(float x, float y, float z) {
  // The product of two floats is exact in a double. The sum is rounded to odd: a last bit that says whether anything
  // was lost makes the second rounding the only one.
  const double product = (double)x * y;
  const double sum = product + z;
  const double part = sum - product;
  const double lost = (product - (sum - part)) + (z - part);
  uint64_t bits = kernel_bits(sum);
  const bool is_inexact = lost < 0 || lost > 0;
  // Away from zero where the exact sum is larger in size than the rounded one, else towards it; only even ones move.
  const bool grows = (lost > 0) == !(bits >> 63);
  if (is_inexact && !(bits & 1)) bits = grows ? bits + 1 : bits - 1;
  return (float)kernel_from_bits(bits);
}
