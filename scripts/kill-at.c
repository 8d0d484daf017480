/* Kills a process just before its N-th call that changes a file system, for scripts/check-kills.py. Preloaded; what is counted and
 * where to stop comes from the environment: KILL_AT (0: never), KILL_HALF (write half of what the call would write first), KILL_COUNT (a file
 * that the number of calls is written to at the end). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int due(void) {
    static long at = -1;
    if (at < 0) {
        const char *text = getenv("KILL_AT");
        at = text ? atol(text) : 0;
    }
    return atomic_fetch_add(&calls, 1) + 1 == at;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void step(void) {
    if (due()) die();
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    struct stat about;
    if (fd > 2 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && due()) {
        if (getenv("KILL_HALF")) real(fd, bytes, length / 2);
        die();
    }
    return real(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
    REAL(writev);
    if (fd > 2) step();
    return real(fd, parts, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    step();
    return real(fd, bytes, length, at);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t length, unsigned flags) {
    REAL(copy_file_range);
    step();
    return real(from, at, to, into, length, flags);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (flags & (O_CREAT | O_TRUNC)) step();
    return real(path, flags, mode);
}

#define CHANGES(type, name, declared, passed) \
    type name declared { REAL(name); step(); return real passed; }

CHANGES(int, rename, (const char *a, const char *b), (a, b))
CHANGES(int, link, (const char *a, const char *b), (a, b))
CHANGES(int, symlink, (const char *a, const char *b), (a, b))
CHANGES(int, unlink, (const char *a), (a))
CHANGES(int, unlinkat, (int d, const char *a, int f), (d, a, f))
CHANGES(int, rmdir, (const char *a), (a))
CHANGES(int, mkdir, (const char *a, mode_t m), (a, m))
CHANGES(int, ftruncate64, (int fd, off64_t n), (fd, n))

__attribute__((destructor)) static void told(void) {
    const char *path = getenv("KILL_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&calls));
    fclose(file);
}
