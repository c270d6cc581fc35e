// One instruction set's matrix product for one type of number. The includer defines PRODUCT, SCALAR, LANES, ROWS,
// VECTORS, TARGET and FUSED, which this file takes back at its end. No guard: it is included once for each.
//
// A tile of ROWS x (VECTORS * LANES) elements of C stays in registers over a block of k. Its two operands come from
// panels in which what one step of k needs lies side by side: pad rows and columns are zero and never stored.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(PRODUCT, _vector)
#define LOOSE JOIN(PRODUCT, _loose)
#define FOUR JOIN(PRODUCT, _four)
#define TWO JOIN(PRODUCT, _two)
#define COLUMNS (VECTORS * LANES)

typedef SCALAR VECTOR __attribute__((vector_size(sizeof(SCALAR) * LANES)));
/// A vector in memory of any alignment, and of whatever type.
typedef SCALAR LOOSE __attribute__((vector_size(sizeof(SCALAR) * LANES), aligned(sizeof(SCALAR)), may_alias));
typedef SCALAR FOUR __attribute__((vector_size(sizeof(SCALAR) * 4), aligned(sizeof(SCALAR)), may_alias));
typedef SCALAR TWO __attribute__((vector_size(sizeof(SCALAR) * 2), aligned(sizeof(SCALAR)), may_alias));

/// Packs a `width` x `depth` block of an operand whose neighbours along the panel's width lie side by side.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _pack_along)(
  const SCALAR *restrict from, size_t stride, size_t width, size_t depth, size_t panel, SCALAR *restrict to) {
  for (size_t k = 0; k < depth; k++) {
    const SCALAR *row = from + k * stride;
    for (size_t start = 0; start < width; start += panel) {
      SCALAR *restrict at = to + start * depth + k * panel;
      if (width - start >= panel) {
        for (size_t i = 0; i < panel; i++) at[i] = row[start + i];
      } else {
        for (size_t i = 0; i < panel; i++) at[i] = start + i < width ? row[start + i] : 0;
      }
    }
  }
}

/// Transposes a square of 4 x 4.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _transpose)(
  const SCALAR *restrict from, size_t stride, SCALAR *restrict to, size_t to_stride) {
  const FOUR a = *(const FOUR *)from, b = *(const FOUR *)(from + stride);
  const FOUR c = *(const FOUR *)(from + 2 * stride), d = *(const FOUR *)(from + 3 * stride);
  const FOUR ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const FOUR cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(FOUR *)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *(FOUR *)(to + to_stride) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *(FOUR *)(to + 2 * to_stride) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(FOUR *)(to + 3 * to_stride) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// Packs a block of an operand whose neighbours along k lie side by side: a transposition.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _pack_across)(
  const SCALAR *restrict from, size_t stride, size_t width, size_t depth, size_t panel, SCALAR *restrict to) {
  for (size_t start = 0; start < width; start += panel, to += panel * depth) {
    const size_t length = least(width - start, panel);
    size_t i = 0;
    for (; i + 4 <= length; i += 4) {
      const SCALAR *row = from + (start + i) * stride;
      size_t k = 0;
      for (; k + 4 <= depth; k += 4) JOIN(PRODUCT, _transpose)(row + k, stride, to + k * panel + i, panel);
      for (; k < depth; k++) {
        for (size_t r = 0; r < 4; r++) to[k * panel + i + r] = row[r * stride + k];
      }
    }
    for (; i < length; i++) {
      const SCALAR *row = from + (start + i) * stride;
      for (size_t k = 0; k < depth; k++) to[k * panel + i] = row[k];
    }
    for (; i < panel; i++) {
      for (size_t k = 0; k < depth; k++) to[k * panel + i] = 0;
    }
  }
}

/// The panel of A that is packed while the tiles of the one before are summed. It has all rows, and whole shares of k.
typedef struct {
  const SCALAR *elements;
  size_t stride, depth;
  bool is_transposed;
  /// How far it is packed.
  size_t packed;
  SCALAR *to;
} JOIN(PRODUCT, _coming);

/// Asks for the elements of a share.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _ask)(const JOIN(PRODUCT, _coming) *coming, size_t k) {
  enum { LINE = 64 / sizeof(SCALAR) };
  const size_t stride = coming->stride;
  if (k >= coming->depth) return;
  if (coming->is_transposed) {
    UNROLL for (int i = 0; i < SHARE_DEPTH; i++) {
      __builtin_prefetch(coming->elements + (k + i) * stride, 0, 2);
      __builtin_prefetch(coming->elements + (k + i) * stride + ROWS - 1, 0, 2);
    }
  } else if (k % LINE == 0) {
    UNROLL for (int r = 0; r < ROWS; r++) __builtin_prefetch(coming->elements + r * stride + k + LINE - 1, 0, 2);
  }
}

/// Packs a share, and asks for one that comes later.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _pack_share)(JOIN(PRODUCT, _coming) *coming) {
  const size_t stride = coming->stride, k = coming->packed;
  SCALAR *to = coming->to + k * ROWS;
  JOIN(PRODUCT, _ask)(coming, k + AHEAD_DEPTH);
  if (coming->is_transposed) {
    UNROLL for (int i = 0; i < SHARE_DEPTH; i++) {
      const SCALAR *from = coming->elements + (k + i) * stride;
      UNROLL for (int r = 0; r < ROWS; r += ROWS % 4 == 0 ? 4 : 2) {
        if (ROWS % 4 == 0) *(FOUR *)(to + i * ROWS + r) = *(const FOUR *)(from + r);
        else *(TWO *)(to + i * ROWS + r) = *(const TWO *)(from + r);
      }
    }
  } else {
    UNROLL for (int r = 0; r + 4 <= ROWS; r += 4) {
      JOIN(PRODUCT, _transpose)(coming->elements + r * stride + k, stride, to + r, ROWS);
    }
    UNROLL for (int r = ROWS / 4 * 4; r < ROWS; r++) {
      UNROLL for (int i = 0; i < SHARE_DEPTH; i++) to[i * ROWS + r] = coming->elements[r * stride + k + i];
    }
  }
  coming->packed += SHARE_DEPTH;
}

TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _step)(
  const SCALAR *restrict left, const SCALAR *restrict right, VECTOR sum[ROWS][VECTORS]) {
  VECTOR b[VECTORS];
  UNROLL for (int v = 0; v < VECTORS; v++) b[v] = *(const LOOSE *)(right + v * LANES);
  UNROLL for (int r = 0; r < ROWS; r++) {
    const VECTOR a = left[r] - (VECTOR){0};
    UNROLL for (int v = 0; v < VECTORS; v++) sum[r][v] = FUSED(a, b[v], sum[r][v]);
  }
}

TARGET static void JOIN(PRODUCT, _tile)(
  size_t depth, const SCALAR *restrict left, const SCALAR *restrict right, SCALAR *c, size_t stride, size_t rows,
  size_t columns, bool is_added, JOIN(PRODUCT, _coming) *coming, size_t until) {
  VECTOR sum[ROWS][VECTORS];
  UNROLL for (int r = 0; r < ROWS; r++) {
    UNROLL for (int v = 0; v < VECTORS; v++) sum[r][v] = (VECTOR){0};
  }
  const size_t steps = depth / STEP_DEPTH, begin = coming->packed;
  size_t asked = 0;
  for (size_t step = 0; step < steps; step++) {
    // Between the steps of the sums there is time for what comes: the tile of C, and the next panel up to `until`. The
    // units for integers and for memory are idle, and nobody waits for memory.
    for (; asked < ROWS * VECTORS * (step + 1) / steps; asked++) {
      __builtin_prefetch(c + asked / VECTORS * stride + asked % VECTORS * LANES, 1, 3);
    }
    const size_t share = until > begin ? (until - begin) * (step + 1) / steps : 0;
    while (coming->packed + SHARE_DEPTH <= begin + share) JOIN(PRODUCT, _pack_share)(coming);
    UNROLL_4 for (int k = 0; k < STEP_DEPTH; k++) JOIN(PRODUCT, _step)(left + k * ROWS, right + k * COLUMNS, sum);
    left += STEP_DEPTH * ROWS;
    right += STEP_DEPTH * COLUMNS;
  }
  for (size_t k = 0; k < depth % STEP_DEPTH; k++) JOIN(PRODUCT, _step)(left + k * ROWS, right + k * COLUMNS, sum);
  if (rows == ROWS && columns == COLUMNS) {
    UNROLL for (int r = 0; r < ROWS; r++) {
      UNROLL for (int v = 0; v < VECTORS; v++) {
        LOOSE *at = (LOOSE *)(c + r * stride + v * LANES);
        *at = is_added ? *at + sum[r][v] : sum[r][v];
      }
    }
    return;
  }
  SCALAR edge[ROWS][COLUMNS];
  UNROLL for (int r = 0; r < ROWS; r++) {
    UNROLL for (int v = 0; v < VECTORS; v++) *(LOOSE *)(edge[r] + v * LANES) = sum[r][v];
  }
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < columns; j++) {
      c[r * stride + j] = is_added ? c[r * stride + j] + edge[r][j] : edge[r][j];
    }
  }
}

/// Where the left operand of a product lies that is not packed, and how far its neighbours are.
typedef struct {
  const SCALAR *elements;
  size_t row_step, depth_step;
} JOIN(PRODUCT, _left_in_place);

/// Stores the first columns of a vector, four at a time.
TARGET static ALWAYS_INLINE void JOIN(PRODUCT, _store_edge)(
  const SCALAR *restrict edge, SCALAR *restrict c, size_t columns, bool is_added) {
  size_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    FOUR *to = (FOUR *)(c + j);
    const FOUR sum = *(const FOUR *)(edge + j);
    *to = is_added ? *to + sum : sum;
  }
  if (columns - j >= 2) {
    TWO *to = (TWO *)(c + j);
    const TWO sum = *(const TWO *)(edge + j);
    *to = is_added ? *to + sum : sum;
    j += 2;
  }
  if (j < columns) c[j] = is_added ? c[j] + edge[j] : edge[j];
}

/// A tile of HEIGHT rows and one vector of columns. The left operand is read where it lies: it is used once, so that
/// packing would cost more than it saves. There is an address for each three rows: the processor adds one or two steps
/// by itself.
#define DEFINE_NARROW_TILE(NAME, HEIGHT)                                                                             \
  TARGET static void JOIN(PRODUCT, NAME)(                                                                            \
    size_t depth, const JOIN(PRODUCT, _left_in_place) *left, const SCALAR *restrict right, SCALAR *c,                \
    size_t stride, size_t columns, bool is_added) {                                                                  \
    VECTOR sum[HEIGHT];                                                                                              \
    UNROLL for (int r = 0; r < HEIGHT; r++) sum[r] = (VECTOR){0};                                                    \
    const size_t row_step = left->row_step, depth_step = left->depth_step;                                           \
    const SCALAR *at[(HEIGHT + 2) / 3];                                                                              \
    UNROLL for (int r = 0; r < HEIGHT; r += 3) at[r / 3] = left->elements + r * row_step;                            \
    for (size_t k = 0; k < depth; k++) {                                                                             \
      const VECTOR b = *(const LOOSE *)(right + k * LANES);                                                          \
      UNROLL for (int r = 0; r < HEIGHT; r++) {                                                                      \
        const VECTOR a = at[r / 3][r % 3 * row_step] - (VECTOR){0};                                                  \
        sum[r] = FUSED(a, b, sum[r]);                                                                                \
      }                                                                                                              \
      UNROLL for (int r = 0; r < HEIGHT; r += 3) at[r / 3] += depth_step;                                            \
    }                                                                                                                \
    UNROLL for (int r = 0; r < HEIGHT; r++) {                                                                        \
      SCALAR edge[LANES];                                                                                            \
      *(LOOSE *)edge = sum[r];                                                                                       \
      JOIN(PRODUCT, _store_edge)(edge, c + r * stride, columns, is_added);                                           \
    }                                                                                                                \
  }

DEFINE_NARROW_TILE(_narrow_tile, NARROW_ROWS)
DEFINE_NARROW_TILE(_narrow_low_tile, 4)
DEFINE_NARROW_TILE(_narrow_row, 1)

/// A tile of HEIGHT rows and a tile's columns of a product so small that its operands stay in the first caches: they
/// are read where they lie, those of B in rows that are `right_step` apart. A line of what follows is asked for with each
/// step of k, in A most of what the next tile reads: other work between two products may have driven it out.
#define DEFINE_DIRECT_TILE(NAME, HEIGHT)                                                                             \
  TARGET static void JOIN(PRODUCT, NAME)(                                                                            \
    size_t depth, const JOIN(PRODUCT, _left_in_place) *left, const SCALAR *restrict right, size_t right_step,        \
    SCALAR *c, size_t stride, bool is_added) {                                                                       \
    VECTOR sum[HEIGHT][VECTORS];                                                                                     \
    UNROLL for (int r = 0; r < HEIGHT; r++) {                                                                        \
      UNROLL for (int v = 0; v < VECTORS; v++) sum[r][v] = (VECTOR){0};                                              \
    }                                                                                                                \
    const size_t row_step = left->row_step, depth_step = left->depth_step;                                           \
    const SCALAR *at[(HEIGHT + 2) / 3];                                                                              \
    UNROLL for (int r = 0; r < HEIGHT; r += 3) at[r / 3] = left->elements + r * row_step;                            \
    const SCALAR *ahead = left->elements + HEIGHT * row_step;                                                        \
    const size_t ahead_step = row_step == 1 ? depth_step : 64 / sizeof(SCALAR);                                      \
    for (size_t k = 0; k < depth; k++, ahead += ahead_step) {                                                        \
      __builtin_prefetch(ahead, 0, 3);                                                                               \
      VECTOR b[VECTORS];                                                                                             \
      UNROLL for (int v = 0; v < VECTORS; v++) b[v] = *(const LOOSE *)(right + v * LANES);                           \
      UNROLL for (int r = 0; r < HEIGHT; r++) {                                                                      \
        const VECTOR a = at[r / 3][r % 3 * row_step] - (VECTOR){0};                                                  \
        UNROLL for (int v = 0; v < VECTORS; v++) sum[r][v] = FUSED(a, b[v], sum[r][v]);                              \
      }                                                                                                              \
      UNROLL for (int r = 0; r < HEIGHT; r += 3) at[r / 3] += depth_step;                                            \
      right += right_step;                                                                                           \
    }                                                                                                                \
    UNROLL for (int r = 0; r < HEIGHT; r++) {                                                                        \
      UNROLL for (int v = 0; v < VECTORS; v++) {                                                                     \
        LOOSE *to = (LOOSE *)(c + r * stride + v * LANES);                                                           \
        *to = is_added ? *to + sum[r][v] : sum[r][v];                                                                \
      }                                                                                                              \
    }                                                                                                                \
  }

DEFINE_DIRECT_TILE(_direct_tile, ROWS)
DEFINE_DIRECT_TILE(_direct_four, 4)
DEFINE_DIRECT_TILE(_direct_two, 2)
DEFINE_DIRECT_TILE(_direct_one, 1)

/// A tile that is as high as fits into `rows`; returns its height.
TARGET static ALWAYS_INLINE size_t JOIN(PRODUCT, _direct_any)(
  size_t rows, size_t depth, JOIN(PRODUCT, _left_in_place) left, const SCALAR *right, size_t right_step, SCALAR *c,
  size_t stride, bool is_added) {
  const size_t height = rows >= ROWS ? ROWS : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
  (height == ROWS ? JOIN(PRODUCT, _direct_tile)
   : height == 4  ? JOIN(PRODUCT, _direct_four)
   : height == 2  ? JOIN(PRODUCT, _direct_two)
                  : JOIN(PRODUCT, _direct_one))(depth, &left, right, right_step, c, stride, is_added);
  return height;
}

TARGET static void JOIN(PRODUCT, _pack_right)(
  const product_piece *piece, size_t j, size_t k, size_t columns, size_t depth, size_t panel, SCALAR *to) {
  const SCALAR *b = piece->b;
  if (piece->b_is_transposed) {
    JOIN(PRODUCT, _pack_across)(b + j * piece->b_stride + k, piece->b_stride, columns, depth, panel, to);
  } else {
    JOIN(PRODUCT, _pack_along)(b + k * piece->b_stride + j, piece->b_stride, columns, depth, panel, to);
  }
}

TARGET static JOIN(PRODUCT, _left_in_place) JOIN(PRODUCT, _left_at)(const product_piece *piece, size_t row, size_t k) {
  const size_t row_step = piece->a_is_transposed ? 1 : piece->a_stride;
  const size_t depth_step = piece->a_is_transposed ? piece->a_stride : 1;
  return (JOIN(PRODUCT, _left_in_place)){
    (const SCALAR *)piece->a + row * row_step + k * depth_step, row_step, depth_step};
}

/// What a block of k adds to the columns from `j` on, at most one vector, of an A whose rows lie side by side. It makes
/// the transpose, in tiles whose vectors are of rows, so that they are full, and returns how many rows it made: as many
/// as fill tiles.
TARGET static size_t JOIN(PRODUCT, _narrow_transposed)(
  const product_piece *piece, size_t j, size_t k, size_t depth, bool is_added, SCALAR *tile) {
  const size_t columns = piece->columns - j;
  const size_t column_step = piece->b_is_transposed ? piece->b_stride : 1;
  const size_t depth_step = piece->b_is_transposed ? 1 : piece->b_stride;
  size_t i = 0;
  for (; i + COLUMNS <= piece->rows; i += COLUMNS) {
    const SCALAR *a = (const SCALAR *)piece->a + k * piece->a_stride + i;
    for (size_t column = 0; column < columns;) {
      const JOIN(PRODUCT, _left_in_place) left = {
        (const SCALAR *)piece->b + k * depth_step + (j + column) * column_step, column_step, depth_step};
      column += JOIN(PRODUCT, _direct_any)(
        columns - column, depth, left, a, piece->a_stride, tile + column * COLUMNS, COLUMNS, false);
    }
    SCALAR *c = (SCALAR *)piece->c + i * piece->c_stride + j;
    for (size_t row = 0; row < COLUMNS; row++, c += piece->c_stride) {
      for (size_t column = 0; column < columns; column++) {
        const SCALAR sum = tile[column * COLUMNS + row];
        c[column] = is_added ? c[column] + sum : sum;
      }
    }
  }
  return i;
}

/// The columns from `j` on, at most one vector.
TARGET static void JOIN(PRODUCT, _narrow)(const product_piece *piece, size_t j, SCALAR *right) {
  const size_t columns = piece->columns - j;
  for (size_t k = 0; k < piece->depth; k += BLOCK_DEPTH) {
    const size_t depth = least(piece->depth - k, BLOCK_DEPTH);
    const bool is_added = k > 0 || piece->is_added;
    size_t i = piece->a_is_transposed ? JOIN(PRODUCT, _narrow_transposed)(piece, j, k, depth, is_added, right) : 0;
    if (i < piece->rows) JOIN(PRODUCT, _pack_right)(piece, j, k, columns, depth, LANES, right);
    while (i < piece->rows) {
      const size_t left = piece->rows - i, height = left >= NARROW_ROWS ? NARROW_ROWS : left >= 4 ? 4 : 1;
      SCALAR *c = (SCALAR *)piece->c + i * piece->c_stride + j;
      const JOIN(PRODUCT, _left_in_place) at = JOIN(PRODUCT, _left_at)(piece, i, k);
      (height == NARROW_ROWS ? JOIN(PRODUCT, _narrow_tile)
       : height == 4         ? JOIN(PRODUCT, _narrow_low_tile)
                             : JOIN(PRODUCT, _narrow_row))(
        depth, &at, right, c, piece->c_stride, columns, is_added);
      i += height;
    }
  }
}

/// The columns from `j` on, a tile's, with k in one block.
TARGET static void JOIN(PRODUCT, _direct)(const product_piece *piece, size_t j, SCALAR *workspace) {
  const SCALAR *right = (const SCALAR *)piece->b + j;
  size_t right_step = piece->b_stride;
  if (piece->b_is_transposed) {
    JOIN(PRODUCT, _pack_right)(piece, j, 0, COLUMNS, piece->depth, COLUMNS, workspace);
    right = workspace;
    right_step = COLUMNS;
  }
  for (size_t i = 0; i < piece->rows;) {
    i += JOIN(PRODUCT, _direct_any)(
      piece->rows - i, piece->depth, JOIN(PRODUCT, _left_at)(piece, i, 0), right, right_step,
      (SCALAR *)piece->c + i * piece->c_stride + j, piece->c_stride, piece->is_added);
  }
}

/// Where A has the element of a row and a step of k.
TARGET static const SCALAR *JOIN(PRODUCT, _left)(const product_piece *piece, size_t row, size_t k) {
  return (const SCALAR *)piece->a + (piece->a_is_transposed ? k * piece->a_stride + row : row * piece->a_stride + k);
}

TARGET static void JOIN(PRODUCT, _pack_left)(
  const product_piece *piece, size_t row, size_t k, size_t depth, SCALAR *to) {
  const SCALAR *from = JOIN(PRODUCT, _left)(piece, row, k);
  const size_t rows = least(piece->rows - row, ROWS);
  if (piece->a_is_transposed) {
    JOIN(PRODUCT, _pack_along)(from, piece->a_stride, rows, depth, ROWS, to);
  } else {
    JOIN(PRODUCT, _pack_across)(from, piece->a_stride, rows, depth, ROWS, to);
  }
}

/// Adds what a block of k, of which B is packed, makes of some columns from `j` on. A panel of A meets all of B's, which
/// stay in the second cache.
TARGET static void JOIN(PRODUCT, _block)(
  const product_piece *piece, size_t j, size_t k, size_t columns, size_t depth, const SCALAR *right, SCALAR *left,
  bool is_added) {
  const size_t tiles = (columns + COLUMNS - 1) / COLUMNS;
  SCALAR *next = left + ROWS * BLOCK_DEPTH;
  JOIN(PRODUCT, _pack_left)(piece, 0, k, depth, left);
  for (size_t row = 0; row < piece->rows; row += ROWS) {
    JOIN(PRODUCT, _coming) coming = {.stride = piece->a_stride, .is_transposed = piece->a_is_transposed, .to = next};
    if (row + 2 * ROWS <= piece->rows) {
      coming.elements = JOIN(PRODUCT, _left)(piece, row + ROWS, k);
      coming.depth = depth / SHARE_DEPTH * SHARE_DEPTH;
    }
    for (size_t ahead = 0; ahead < AHEAD_DEPTH; ahead += SHARE_DEPTH) JOIN(PRODUCT, _ask)(&coming, ahead);
    for (size_t tile = 0; tile < tiles; tile++) {
      const size_t column = tile * COLUMNS;
      SCALAR *c = (SCALAR *)piece->c + row * piece->c_stride + j + column;
      JOIN(PRODUCT, _tile)(
        depth, left, right + column * depth, c, piece->c_stride, least(piece->rows - row, ROWS),
        least(columns - column, COLUMNS), is_added, &coming, coming.depth * (tile + 1) / tiles);
    }
    if (row + ROWS < piece->rows) {
      const size_t packed = coming.packed;
      JOIN(PRODUCT, _pack_left)(piece, row + ROWS, k + packed, depth - packed, next + packed * ROWS);
    }
    SCALAR *used = left;
    left = next;
    next = used;
  }
}

TARGET static void PRODUCT(const product_piece *piece, void *workspace) {
  enum { BLOCK_COLUMNS = BLOCK_ROW_BYTES / sizeof(SCALAR) };
  SCALAR *right = workspace, *left = right + (size_t)BLOCK_COLUMNS * BLOCK_DEPTH;
  if (piece->columns <= LANES) {
    JOIN(PRODUCT, _narrow)(piece, 0, right);
    return;
  }
  const size_t rest = piece->columns % COLUMNS;
  const bool is_small = piece->columns <= DIRECT_COLUMNS && piece->depth <= DIRECT_DEPTH && piece->depth > 0
    && piece->rows * piece->depth * sizeof(SCALAR) <= DIRECT_BYTES;
  if (is_small && rest <= LANES) {
    for (size_t j = 0; j + COLUMNS <= piece->columns; j += COLUMNS) JOIN(PRODUCT, _direct)(piece, j, right);
    if (rest > 0) JOIN(PRODUCT, _narrow)(piece, piece->columns - rest, right);
    return;
  }
  for (size_t j = 0; j < piece->columns; j += BLOCK_COLUMNS) {
    const size_t columns = least(piece->columns - j, BLOCK_COLUMNS);
    for (size_t k = 0; k < piece->depth; k += BLOCK_DEPTH) {
      const size_t depth = least(piece->depth - k, BLOCK_DEPTH);
      JOIN(PRODUCT, _pack_right)(piece, j, k, columns, depth, COLUMNS, right);
      JOIN(PRODUCT, _block)(piece, j, k, columns, depth, right, left, k > 0 || piece->is_added);
    }
  }
}

#undef DEFINE_NARROW_TILE
#undef DEFINE_DIRECT_TILE
#undef PRODUCT
#undef SCALAR
#undef LANES
#undef ROWS
#undef VECTORS
#undef TARGET
#undef FUSED
#undef VECTOR
#undef LOOSE
#undef FOUR
#undef TWO
#undef COLUMNS
#undef JOIN
#undef JOIN_
