// Loaded before a program by LD_PRELOAD: the FAULT_AT-th call that changes a file ends the process or fails.
//
//   FAULT_AT    which call, from 1; 0 or none = nothing happens
//   FAULT_KIND  kill (SIGKILL before the call), half (a write puts down half of its bytes, then SIGKILL),
//               or full (the call and all later ones fail as on a full disk)
//   FAULT_LOG   file that gets one byte a call, so that calls can be counted
//
// Only regular files and folders count, not the standard streams.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, at = -1;
static char kind;
static int counter = -1;

#define REAL(name, type, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static ssize_t real_write(int descriptor, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = REAL(write, ssize_t, int, const void *, size_t);
    return real(descriptor, bytes, count);
}

// 0 = go on, 1 = fail as on a full disk, 2 = write a half and die.
static int fault(void) {
    if (at < 0) {
        const char *text = getenv("FAULT_AT"), *log = getenv("FAULT_LOG"), *how = getenv("FAULT_KIND");
        at = text ? atol(text) : 0;
        kind = how ? *how : 'k';
        if (log) counter = REAL(open, int, const char *, int, ...)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
    long call = __sync_add_and_fetch(&calls, 1);
    if (counter >= 0) real_write(counter, ".", 1);
    if (at == 0 || call < at) return 0;
    if (kind == 'f') return 1;
    if (call > at) return 0;
    if (kind == 'h') return 2;
    kill(getpid(), SIGKILL);
    return 0;
}

static int is_file(int descriptor) {
    struct stat status;
    return descriptor > 2 && descriptor != counter && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (is_file(descriptor)) {
        switch (fault()) {
        case 1: errno = ENOSPC; return -1;
        case 2: real_write(descriptor, bytes, count / 2); kill(getpid(), SIGKILL);
        }
    }
    return real_write(descriptor, bytes, count);
}

#define WRAP(name, type, params, args, check)              \
    type name params {                                     \
        static type(*real) params;                         \
        if (!real) real = (type(*) params)dlsym(RTLD_NEXT, #name); \
        if (check) {                                       \
            switch (fault()) {                             \
            case 1: errno = ENOSPC; return -1;             \
            case 2: kill(getpid(), SIGKILL);               \
            }                                              \
        }                                                  \
        return real args;                                  \
    }

WRAP(pwrite, ssize_t, (int descriptor, const void *bytes, size_t count, off_t offset), (descriptor, bytes, count, offset), is_file(descriptor))
WRAP(pwrite64, ssize_t, (int descriptor, const void *bytes, size_t count, off64_t offset), (descriptor, bytes, count, offset), is_file(descriptor))
WRAP(fsync, int, (int descriptor), (descriptor), is_file(descriptor))
WRAP(fdatasync, int, (int descriptor), (descriptor), is_file(descriptor))
WRAP(ftruncate, int, (int descriptor, off_t length), (descriptor, length), is_file(descriptor))
WRAP(ftruncate64, int, (int descriptor, off64_t length), (descriptor, length), is_file(descriptor))
WRAP(rename, int, (const char *from, const char *to), (from, to), 1)
WRAP(unlink, int, (const char *path), (path), 1)
WRAP(mkdir, int, (const char *path, mode_t mode), (path, mode), 1)
