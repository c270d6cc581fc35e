#pragma once

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Linux's own calls, which Swift's Glibc module leaves out.

/// Makes everything durable that was written to the file system on which the open file lies; 0, or -1 with errno.
extern int syncfs(int fd);

/// Opens a new file in memory, which has no name on any disk; -1 with errno.
extern int memfd_create(const char *name, unsigned int flags);

/// The version of the C library that is loaded.
extern const char *gnu_get_libc_version(void);

/// The version of the clang that belongs to the Swift compiler.
static inline const char *compiler_version(void) { return __clang_version__; }

/// Renames a file or folder as the flags say (1: never over another one); 0, or -1 with errno.
extern int renameat2(int from, const char *name, int to, const char *new_name, unsigned int flags);

/// Makes this process the parent of descendants whose own parent has ended; 0, or -1 with errno.
static inline int adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

/// A descriptor that becomes readable when the process ends, or -1 with errno.
static inline int open_process(int process) {
#if defined(SYS_pidfd_open)
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  return (int)syscall(434, process, 0);
#endif
}
