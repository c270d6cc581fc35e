#pragma once

// Linux's own calls, which Swift's Glibc module leaves out.

/// Makes everything durable that was written to the file system on which the open file lies; 0, or -1 with errno.
extern int syncfs(int fd);

/// The version of the C library that is loaded.
extern const char *gnu_get_libc_version(void);

/// The version of the clang that belongs to the Swift compiler.
static inline const char *compiler_version(void) { return __clang_version__; }

/// Renames a file or folder as the flags say (1: never over another one); 0, or -1 with errno.
extern int renameat2(int from, const char *name, int to, const char *new_name, unsigned int flags);
