#pragma once

#include <stddef.h>

/// How often this thread has taken memory from the heap. For that, programs with this target have its malloc, which
/// hands on to the C library's.
size_t allocation_count(void);
