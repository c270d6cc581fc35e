// Long vectors are worked on in chunks of one length, whatever the number of threads.
#pragma once

#include <stddef.h>

enum { CHUNK = 8192 };

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

static inline size_t chunk_count(size_t count) { return (count + CHUNK - 1) / CHUNK; }

/// How many numbers a chunk has.
static inline size_t chunk_length(size_t count, size_t index) { return least(count - index * CHUNK, CHUNK); }
