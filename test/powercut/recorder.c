/* Records what a process does to the files below one folder, in order and with all data, for the simulated power cuts
 * (test/powercut). Preloaded (LD_PRELOAD); every call goes on to the real one.
 *
 *   POWERCUT_WATCH=/folder   what is watched, without links in its path
 *   POWERCUT_TRACE=/file     where the record goes, outside that folder; it is added to
 *   POWERCUT_DIE_AFTER=17    the process is killed after so many calls on record; what it wrote stays in the page cache
 *
 * A call and its record are made under one lock, so the record has the order in which the system saw the calls. What
 * the model has no name for (shared writable mappings, copying inside the kernel) is recorded as UNMODELLED: the reader
 * stops there rather than believe an incomplete record.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, CLOSE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, UNMODELLED };
enum { BY_NODE = 0, BY_SQLITE = 1 };

struct head {
  uint32_t magic;
  uint16_t kind;
  uint16_t by;
  int32_t fd;
  uint32_t flags;
  int64_t offset;
  uint32_t path_length;
  uint32_t other_length;
  uint32_t data_length;
  uint32_t reserved;
};

#define MAX_FD 4096
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char watched_fd[MAX_FD];
static char watch[PATH_MAX];
static size_t watch_length;
static int trace = -1;
static long calls, last_call;

/* The function of that name which this library stands in front of. */
#define REAL(name) ({ \
  static __typeof__(&name) found; \
  if (!found) found = (__typeof__(&name)) next(#name); \
  found; })
static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) { fprintf(stderr, "powercut recorder: no %s\n", name); abort(); }
  return found;
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("POWERCUT_WATCH"), *file = getenv("POWERCUT_TRACE");
  if (!folder || !file) return;
  if (getenv("POWERCUT_DIE_AFTER")) last_call = atol(getenv("POWERCUT_DIE_AFTER"));
  watch_length = strlen(folder);
  if (watch_length >= sizeof watch) abort();
  memcpy(watch, folder, watch_length + 1);
  trace = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (trace < 0) { perror("powercut recorder"); abort(); }
}

static int is_below(const char *path) {
  return trace >= 0 && !strncmp(path, watch, watch_length) && (path[watch_length] == '/' || !path[watch_length]);
}

static int is_watched(int fd) { return trace >= 0 && fd >= 0 && fd < MAX_FD && watched_fd[fd]; }

/* The absolute form of a path as it was given; enough for callers that do not use "..". */
static void absolute(int folder, const char *path, char *out) {
  char link[64];
  ssize_t length = 0;
  if (*path != '/') {
    if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, out, PATH_MAX - 1);
    if (length < 0) length = 0;
    out[length++] = '/';
  }
  snprintf(out + length, PATH_MAX - length, "%s", path);
}

static int from_sqlite(void *caller) {
  Dl_info info;
  return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "better-sqlite3") ? BY_SQLITE : BY_NODE;
}

static void put(struct head head, const char *path, const char *other, const void *data) {
  struct iovec parts[4] = {
    { &head, sizeof head }, { (void *) path, head.path_length }, { (void *) other, head.other_length },
    { (void *) data, head.data_length },
  };
  size_t whole = sizeof head + head.path_length + head.other_length + head.data_length;
  if (syscall(SYS_writev, trace, parts, 4) != (ssize_t) whole) { perror("powercut recorder"); abort(); }
  if (++calls == last_call) kill(getpid(), SIGKILL);
}

static struct head head_of(int kind, void *caller, int fd) {
  return (struct head) { .magic = 0x50435554, .kind = kind, .by = from_sqlite(caller), .fd = fd };
}

static void record_path(int kind, void *caller, int fd, uint32_t flags, const char *path, const char *other) {
  struct head head = head_of(kind, caller, fd);
  head.flags = flags;
  head.path_length = strlen(path);
  head.other_length = strlen(other);
  put(head, path, other, "");
}

static void record_data(int kind, void *caller, int fd, int64_t offset, const void *data, size_t length) {
  struct head head = head_of(kind, caller, fd);
  head.offset = offset;
  head.data_length = length;
  put(head, "", "", data);
}

#define CALLER __builtin_return_address(0)
/* Does a call and, where `when` holds then, makes its record, both under the lock. */
#define RECORDED(type, call, when, record) do { \
  pthread_mutex_lock(&lock); \
  type done = (call); \
  int kept = errno; \
  if (when) { record; } \
  pthread_mutex_unlock(&lock); \
  errno = kept; \
  return done; } while (0)
/* A file that is not watched is none of our business, and a write to a pipe may wait long. */
#define ON_FILE(type, fd, call, when, record) do { \
  if (!is_watched(fd)) return (call); \
  RECORDED(type, call, when, record); } while (0)

static void opened(int fd, int flags, void *caller) {
  char link[64], path[PATH_MAX];
  if (trace < 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (fd < MAX_FD) watched_fd[fd] = is_below(path);
  if (!is_below(path)) return;
  if (fd >= MAX_FD) abort();
  record_path(OPEN, caller, fd, flags, path, "");
}

#define MODE mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
#define OPENING(name) int name(const char *path, int flags, ...) { \
  MODE RECORDED(int, REAL(name)(path, flags, mode), done >= 0, opened(done, flags, CALLER)); }
#define OPENING_AT(name) int name(int folder, const char *path, int flags, ...) { \
  MODE RECORDED(int, REAL(name)(folder, path, flags, mode), done >= 0, opened(done, flags, CALLER)); }
OPENING(open)
OPENING(open64)
OPENING_AT(openat)
OPENING_AT(openat64)
int creat(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
/* What fortified callers use. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }
int __openat_2(int folder, const char *path, int flags) { return openat(folder, path, flags); }
int __openat64_2(int folder, const char *path, int flags) { return openat64(folder, path, flags); }

int close(int fd) {
  pthread_mutex_lock(&lock);
  if (is_watched(fd)) {
    watched_fd[fd] = 0;
    record_data(CLOSE, CALLER, fd, 0, "", 0);
  }
  int done = REAL(close)(fd), kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return done;
}

/* Where a write without an offset went: it ends where the file stands now, also with O_APPEND. */
static int64_t before(int fd, ssize_t length) { return lseek64(fd, 0, SEEK_CUR) - length; }

static void wrote(void *caller, int fd, int64_t offset, const struct iovec *parts, int count, ssize_t length) {
  for (int i = 0; i < count && length > 0; i++) {
    ssize_t part = (ssize_t) parts[i].iov_len < length ? (ssize_t) parts[i].iov_len : length;
    record_data(WRITE, caller, fd, offset, parts[i].iov_base, part);
    offset += part;
    length -= part;
  }
}

#define WRITE_CALL(call, offset, parts, count) ON_FILE(ssize_t, fd, call, done > 0, wrote(CALLER, fd, offset, parts, count, done))
ssize_t write(int fd, const void *data, size_t length) {
  struct iovec whole = { (void *) data, length };
  WRITE_CALL(REAL(write)(fd, data, length), before(fd, done), &whole, 1);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  WRITE_CALL(REAL(writev)(fd, parts, count), before(fd, done), parts, count);
}
#define WRITING_AT(name, type) ssize_t name(int fd, const void *data, size_t length, type offset) { \
  struct iovec whole = { (void *) data, length }; \
  WRITE_CALL(REAL(name)(fd, data, length, offset), offset, &whole, 1); }
WRITING_AT(pwrite, off_t)
WRITING_AT(pwrite64, off64_t)
#define WRITING_PARTS_AT(name, type) ssize_t name(int fd, const struct iovec *parts, int count, type offset) { \
  WRITE_CALL(REAL(name)(fd, parts, count, offset), offset, parts, count); }
WRITING_PARTS_AT(pwritev, off_t)
WRITING_PARTS_AT(pwritev64, off64_t)

#define TRUNCATING(name, type) int name(int fd, type length) { \
  ON_FILE(int, fd, REAL(name)(fd, length), !done, record_data(TRUNCATE, CALLER, fd, length, "", 0)); }
TRUNCATING(ftruncate, off_t)
TRUNCATING(ftruncate64, off64_t)

#define SYNCING(name) int name(int fd) { \
  ON_FILE(int, fd, REAL(name)(fd), !done, record_data(SYNC, CALLER, fd, 0, "", 0)); }
SYNCING(fsync)
SYNCING(fdatasync)

#define NOT_MODELLED(type, name, fd, parameters, arguments) type name parameters { \
  ON_FILE(type, fd, REAL(name) arguments, 1, record_path(UNMODELLED, CALLER, fd, 0, #name, "")); }
NOT_MODELLED(int, fallocate, fd, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length))
NOT_MODELLED(int, fallocate64, fd, (int fd, int mode, off64_t at, off64_t length), (fd, mode, at, length))
NOT_MODELLED(int, posix_fallocate, fd, (int fd, off_t at, off_t length), (fd, at, length))
NOT_MODELLED(int, posix_fallocate64, fd, (int fd, off64_t at, off64_t length), (fd, at, length))
NOT_MODELLED(int, sync_file_range, fd, (int fd, off64_t at, off64_t length, unsigned flags), (fd, at, length, flags))
NOT_MODELLED(int, syncfs, fd, (int fd), (fd))
NOT_MODELLED(ssize_t, copy_file_range, out,
  (int in, off64_t *in_at, int out, off64_t *out_at, size_t length, unsigned flags),
  (in, in_at, out, out_at, length, flags))
NOT_MODELLED(ssize_t, sendfile, out, (int out, int in, off_t *at, size_t length), (out, in, at, length))
NOT_MODELLED(ssize_t, sendfile64, out, (int out, int in, off64_t *at, size_t length), (out, in, at, length))

#define MAPPING(name, type) void *name(void *at, size_t length, int protection, int flags, int fd, type offset) { \
  if (!(flags & MAP_SHARED) || !(protection & PROT_WRITE)) return REAL(name)(at, length, protection, flags, fd, offset); \
  ON_FILE(void *, fd, REAL(name)(at, length, protection, flags, fd, offset), 1, \
    record_path(UNMODELLED, CALLER, fd, 0, "a shared writable mapping", "")); }
MAPPING(mmap, off_t)
MAPPING(mmap64, off64_t)

#define ONE_PATH(name, kind, parameters, arguments, folder) int name parameters { \
  char full[PATH_MAX]; \
  absolute(folder, path, full); \
  RECORDED(int, REAL(name) arguments, is_below(full) && !done, record_path(kind, CALLER, -1, 0, full, "")); }
ONE_PATH(unlink, UNLINK, (const char *path), (path), AT_FDCWD)
ONE_PATH(unlinkat, flags & AT_REMOVEDIR ? RMDIR : UNLINK, (int at, const char *path, int flags), (at, path, flags), at)
ONE_PATH(rmdir, RMDIR, (const char *path), (path), AT_FDCWD)
ONE_PATH(mkdir, MKDIR, (const char *path, mode_t mode), (path, mode), AT_FDCWD)
ONE_PATH(mkdirat, MKDIR, (int at, const char *path, mode_t mode), (at, path, mode), at)
ONE_PATH(truncate, UNMODELLED, (const char *path, off_t length), (path, length), AT_FDCWD)
ONE_PATH(truncate64, UNMODELLED, (const char *path, off64_t length), (path, length), AT_FDCWD)

#define TWO_PATHS(name, kind, parameters, arguments, from_folder, to_folder) int name parameters { \
  char one[PATH_MAX], two[PATH_MAX]; \
  absolute(from_folder, from, one); \
  absolute(to_folder, to, two); \
  RECORDED(int, REAL(name) arguments, (is_below(one) || is_below(two)) && !done, \
    record_path(kind, CALLER, -1, 0, one, two)); }
TWO_PATHS(rename, RENAME, (const char *from, const char *to), (from, to), AT_FDCWD, AT_FDCWD)
TWO_PATHS(renameat, RENAME, (int a, const char *from, int b, const char *to), (a, from, b, to), a, b)
TWO_PATHS(renameat2, flags ? UNMODELLED : RENAME,
  (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), a, b)
TWO_PATHS(link, UNMODELLED, (const char *from, const char *to), (from, to), AT_FDCWD, AT_FDCWD)
TWO_PATHS(linkat, UNMODELLED,
  (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), a, b)
TWO_PATHS(symlink, UNMODELLED, (const char *from, const char *to), (from, to), AT_FDCWD, AT_FDCWD)
