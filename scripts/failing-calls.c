// A library to preload that lets one call of the C library on a file below a folder fail.
//
// FAULT_ROOT   the folder
// FAULT_CALLS  the classes of calls that count, such as "write,rename"; see `classes`
// FAULT_AT     which of them fails, counted over all processes from 1; 0 for none
// FAULT_ERROR  the error number; 0 for a read or write of half of the bytes
// FAULT_ON     1 if all of them after that one fail as well
// FAULT_COUNT  a file of 8 bytes with the number of calls so far, shared by all processes
// FAULT_LOG    a file that gets a line for each call: its class, the place in the program that made it, and its path
// FAULT_STACK  1 for the place as a number that tells the functions apart through which the call was made; else it is 0
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *root, *classes;
static size_t root_length;
static long at, error, goes_on, tells_stack;
static _Atomic long *count;
static int log_file = -1;

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void) {
  root = getenv("FAULT_ROOT");
  classes = getenv("FAULT_CALLS");
  const char *file = getenv("FAULT_COUNT"), *log = getenv("FAULT_LOG");
  if (!root || !classes || !file) { root = NULL; return; }
  root_length = strlen(root);
  at = number("FAULT_AT");
  error = number("FAULT_ERROR");
  goes_on = number("FAULT_ON");
  tells_stack = number("FAULT_STACK");
  int descriptor = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC, 0);
  if (descriptor < 0) abort();
  void *page = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (page == MAP_FAILED) abort();
  count = page;
  syscall(SYS_close, descriptor);
  if (log) {
    int opened = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    // Out of the way of programs that close all small numbers.
    log_file = syscall(SYS_fcntl, opened, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, opened);
  }
}

static int counts(const char *class) {
  if (!root) return 0;
  size_t length = strlen(class);
  for (const char *place = classes; (place = strstr(place, class)); place += length)
    if ((place == classes || place[-1] == ',') && (place[length] == 0 || place[length] == ',')) return 1;
  return 0;
}

/// A number for the functions through which the program came to this call: where each of them will go on, by its library
/// and the place in it. Of functions that call themselves the depth makes no difference.
static unsigned long place_of_call(void) {
  static __thread int is_at_work;
  // Looking at the stack may open files.
  if (!tells_stack || is_at_work) return 0;
  is_at_work = 1;
  void *frames[24];
  int number = backtrace(frames, 24);
  unsigned long hash = 14695981039346656037u, seen[24];
  int known = 0;
  for (int frame = 3; frame < number; frame += 1) {
    Dl_info where;
    unsigned long place = (unsigned long)frames[frame];
    if (dladdr(frames[frame], &where) && where.dli_fbase) {
      place -= (unsigned long)where.dli_fbase;
      for (const char *letter = where.dli_fname; letter && *letter; letter += 1) place = place * 31 + (unsigned char)*letter;
    }
    int is_known = 0;
    for (int other = 0; other < known; other += 1) is_known |= seen[other] == place;
    if (is_known) continue;
    seen[known++] = place;
    hash = (hash ^ place) * 1099511628211u;
  }
  is_at_work = 0;
  return hash;
}

/// Whether this call is to fail; errno is set then.
static int fails(const char *class, const char *path) {
  if (strncmp(path, root, root_length) || (path[root_length] != '/' && path[root_length])) return 0;
  long now = atomic_fetch_add(count, 1) + 1;
  if (log_file >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %lx %s\n", class, place_of_call(), path);
    syscall(SYS_write, log_file, line, (size_t)length);
  }
  if (!at || (goes_on ? now < at : now != at)) return 0;
  errno = (int)error;
  return 1;
}

static int fails_at(const char *class, int folder, const char *path) {
  if (!path || !counts(class)) return 0;
  int saved = errno;
  char whole[PATH_MAX * 2] = "";
  if (path[0] != '/') {
    char link[64];
    if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, whole, (size_t)PATH_MAX);
    if (length < 0) { errno = saved; return 0; }
    whole[length] = '/';
    whole[length + 1] = 0;
  }
  strncat(whole, path, PATH_MAX - 1);
  if (fails(class, whole)) return 1;
  errno = saved;
  return 0;
}

static int fails_open(const char *class, int file) {
  if (!counts(class)) return 0;
  int saved = errno;
  char link[64], path[PATH_MAX] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length > 0 && fails(class, path)) return 1;
  errno = saved;
  return 0;
}

// Reads and writes. Half of the bytes is no error: a program goes on with the rest.
#define TRANSFER(name, class, parameters, half, whole)                   \
  ssize_t name parameters {                                              \
    if (size && fails_open(class, file)) {                               \
      if (error || size < 2) return errno = error ? (int)error : EINTR, -1; \
      return REAL(name) half;                                            \
    }                                                                    \
    return REAL(name) whole;                                             \
  }
TRANSFER(write, "write", (int file, const void *from, size_t size), (file, from, size / 2), (file, from, size))
TRANSFER(read, "read", (int file, void *to, size_t size), (file, to, size / 2), (file, to, size))
TRANSFER(pwrite, "write", (int file, const void *from, size_t size, off_t place), (file, from, size / 2, place), (file, from, size, place))
TRANSFER(pwrite64, "write", (int file, const void *from, size_t size, off64_t place), (file, from, size / 2, place), (file, from, size, place))
TRANSFER(pread, "read", (int file, void *to, size_t size, off_t place), (file, to, size / 2, place), (file, to, size, place))
TRANSFER(pread64, "read", (int file, void *to, size_t size, off64_t place), (file, to, size / 2, place), (file, to, size, place))

// Calls that do something or do not.
#define CALL(result, name, parameters, arguments, condition) \
  result name parameters {                                   \
    if (condition) return (result)-1;                        \
    return REAL(name) arguments;                             \
  }
CALL(ssize_t, writev, (int file, const struct iovec *parts, int number), (file, parts, number), fails_open("write", file))
CALL(ssize_t, readv, (int file, const struct iovec *parts, int number), (file, parts, number), fails_open("read", file))
CALL(ssize_t, copy_file_range, (int from, off64_t *place, int file, off64_t *to, size_t size, unsigned flags), (from, place, file, to, size, flags), fails_open("write", file))
CALL(ssize_t, sendfile, (int file, int from, off_t *place, size_t size), (file, from, place, size), fails_open("write", file))
CALL(int, ftruncate, (int file, off_t size), (file, size), fails_open("write", file))
CALL(int, ftruncate64, (int file, off64_t size), (file, size), fails_open("write", file))
CALL(int, fsync, (int file), (file), fails_open("sync", file))
CALL(int, fdatasync, (int file), (file), fails_open("sync", file))
CALL(int, syncfs, (int file), (file), fails_open("sync", file))
CALL(int, rename, (const char *from, const char *to), (from, to), fails_at("rename", AT_FDCWD, to))
CALL(int, renameat, (int folder, const char *from, int other, const char *to), (folder, from, other, to), fails_at("rename", other, to))
CALL(int, renameat2, (int folder, const char *from, int other, const char *to, unsigned flags), (folder, from, other, to, flags), fails_at("rename", other, to))
CALL(int, link, (const char *from, const char *to), (from, to), fails_at("link", AT_FDCWD, to))
CALL(int, linkat, (int folder, const char *from, int other, const char *to, int flags), (folder, from, other, to, flags), fails_at("link", other, to))
CALL(int, symlink, (const char *text, const char *to), (text, to), fails_at("link", AT_FDCWD, to))
CALL(int, symlinkat, (const char *text, int folder, const char *to), (text, folder, to), fails_at("link", folder, to))
CALL(int, unlink, (const char *path), (path), fails_at("unlink", AT_FDCWD, path))
CALL(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), fails_at("unlink", folder, path))
CALL(int, rmdir, (const char *path), (path), fails_at("unlink", AT_FDCWD, path))
CALL(int, remove, (const char *path), (path), fails_at("unlink", AT_FDCWD, path))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), fails_at("mkdir", AT_FDCWD, path))
CALL(int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), fails_at("mkdir", folder, path))
CALL(int, stat, (const char *path, struct stat *to), (path, to), fails_at("stat", AT_FDCWD, path))
CALL(int, lstat, (const char *path, struct stat *to), (path, to), fails_at("stat", AT_FDCWD, path))
CALL(int, fstat, (int file, struct stat *to), (file, to), fails_open("stat", file))
CALL(int, fstatat, (int folder, const char *path, struct stat *to, int flags), (folder, path, to, flags), fails_at("stat", folder, path))
CALL(int, access, (const char *path, int mode), (path, mode), fails_at("stat", AT_FDCWD, path))
CALL(int, faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags), fails_at("stat", folder, path))
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), fails_at("change", AT_FDCWD, path))
CALL(int, fchmod, (int file, mode_t mode), (file, mode), fails_open("change", file))
CALL(int, utimensat, (int folder, const char *path, const struct timespec *times, int flags), (folder, path, times, flags), fails_at("change", folder, path))

// The file is closed all the same, as Linux does: what was written may not have arrived.
int close(int file) {
  int failed = fails_open("close", file), number = errno;
  int status = REAL(close)(file);
  if (failed) errno = number;
  return failed ? -1 : status;
}

#define OPEN(name, parameters, folder, arguments)                \
  int name parameters {                                          \
    mode_t mode = 0;                                             \
    if (flags & (O_CREAT | __O_TMPFILE)) {                       \
      va_list rest;                                              \
      va_start(rest, flags);                                     \
      mode = va_arg(rest, mode_t);                               \
      va_end(rest);                                              \
    }                                                            \
    if (fails_at("open", folder, path)) return -1;               \
    return REAL(name) arguments;                                 \
  }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
OPEN(openat64, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
CALL(int, creat, (const char *path, mode_t mode), (path, mode), fails_at("open", AT_FDCWD, path))

// The C library's own streams write past this library: those below the folder get streams that do not.
static ssize_t stream_read(void *cookie, char *to, size_t size) { return read((int)(long)cookie, to, size); }
static ssize_t stream_write(void *cookie, const char *from, size_t size) {
  ssize_t written = write((int)(long)cookie, from, size);
  return written < 0 ? 0 : written;
}
static int stream_seek(void *cookie, off64_t *place, int whence) {
  off64_t now = lseek64((int)(long)cookie, *place, whence);
  if (now < 0) return -1;
  *place = now;
  return 0;
}
static int stream_close(void *cookie) { return close((int)(long)cookie); }

static FILE *stream(const char *path, const char *mode, FILE *(*real)(const char *, const char *)) {
  if (!root || strncmp(path, root, root_length)) {
    char here[PATH_MAX];
    if (!root || path[0] == '/' || !getcwd(here, sizeof here) || strncmp(here, root, root_length)) return real(path, mode);
  }
  int flags = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
  if (mode[0] == 'w') flags |= O_CREAT | O_TRUNC;
  if (mode[0] == 'a') flags |= O_CREAT | O_APPEND;
  int file = open(path, flags, 0666);
  if (file < 0) return NULL;
  cookie_io_functions_t functions = {stream_read, stream_write, stream_seek, stream_close};
  return fopencookie((void *)(long)file, mode, functions);
}
FILE *fopen(const char *path, const char *mode) { return stream(path, mode, REAL(fopen)); }
FILE *fopen64(const char *path, const char *mode) { return stream(path, mode, REAL(fopen64)); }

DIR *opendir(const char *path) {
  if (fails_at("open", AT_FDCWD, path)) return NULL;
  return REAL(opendir)(path);
}
struct dirent *readdir(DIR *folder) {
  if (fails_open("list", dirfd(folder))) return NULL;
  return REAL(readdir)(folder);
}
struct dirent64 *readdir64(DIR *folder) {
  if (fails_open("list", dirfd(folder))) return NULL;
  return REAL(readdir64)(folder);
}
