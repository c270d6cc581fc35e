// Memory for arenas.

#define _GNU_SOURCE
#include "CKernels.h"

#include <stdint.h>
#include <sys/mman.h>

/// Where the system has larger pages than the usual ones, this is their size on most processors.
enum { LARGE_PAGE = 2 << 20 };

/// What is mapped for so many bytes: pages of 64 KiB serve every system, and what would be left of the last one is of no
/// use to others.
static size_t mapped(size_t bytes) {
  const size_t page = 1 << 16;
  return (bytes + page - 1) / page * page;
}

void *kernel_allocate(size_t bytes) {
  // Fresh pages of the system are zero, and cost nothing before they are used. What is cut off in front lets large
  // pages begin at the beginning: the columns of a matrix lie in as many small ones as it has rows, and looking these
  // up takes a tenth of the time of a product.
  // Sizes near the end of what can be counted are no sizes of memory.
  if (bytes > SIZE_MAX / 2) return NULL;
  const size_t end = mapped(bytes);
  const size_t size = bytes < LARGE_PAGE ? end : end + LARGE_PAGE;
  char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  if (size == end) return start;
  const size_t front = (LARGE_PAGE - (size_t)start % LARGE_PAGE) % LARGE_PAGE;
  if (front > 0) munmap(start, front);
  if (front + end < size) munmap(start + front + end, size - front - end);
#if defined(MADV_HUGEPAGE)
  madvise(start + front, bytes, MADV_HUGEPAGE);
#endif
  return start + front;
}

void kernel_free(void *memory, size_t bytes) {
  if (memory) munmap(memory, mapped(bytes));
}
