#pragma once

// Linux's own calls, which Swift's Glibc module leaves out.

/// Makes everything durable that was written to the file system on which the open file lies; 0, or -1 with errno.
extern int syncfs(int fd);
