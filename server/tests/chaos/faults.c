/* Stands between the program and the C library, so that a test says what its disk and its clock do.
 *
 * FAULTS names a file that both map: which error each write into FOLDER gets, how many seconds the
 * clock is ahead, and after how many more writes into FOLDER or to a socket the program dies, none
 * when that is 0. DURABLE is a folder in which lies what a disk holds after the power went: the
 * content that each file had when it was last synced, and the names that each folder had when it
 * was. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct faults {
    _Atomic int64_t error;
    _Atomic int64_t ahead;
    _Atomic int64_t dies_after;
};

static struct faults *faults;
static const char *folder, *durable;
static pthread_mutex_t keeping = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS");
    folder = getenv("FOLDER");
    durable = getenv("DURABLE");
    if (!path || !folder || !durable) return;
    int file = REAL(open)(path, O_RDWR);
    void *map = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (map != MAP_FAILED) faults = map;
}

static int inside(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int path_of(int file, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return inside(path);
}

static void die_in_time(void) {
    if (faults && faults->dies_after > 0 && --faults->dies_after == 0) kill(getpid(), SIGKILL);
}

/* Whether a write to this file fails now; errno says how. */
static int fails(int file) {
    char path[PATH_MAX];
    if (!faults || (!faults->error && !faults->dies_after) || !path_of(file, path)) return 0;
    die_in_time();
    int error = (int)faults->error;
    if (!error) return 0;
    errno = error;
    return 1;
}

/* Likewise to make, rename or take away what has this path, where the disk is read-only. */
static int fails_at(const char *path) {
    if (!faults || faults->error != EROFS || path[0] != '/' || !inside(path)) return 0;
    errno = EROFS;
    return 1;
}

/* The number of a file is used again for another; with the time that it was made it is its own. */
static void name_of(int at, const char *path, int flags, char name[64]) {
    struct statx of;
    memset(&of, 0, sizeof of);
    statx(at, path, flags, STATX_INO | STATX_BTIME, &of);
    snprintf(name, 64, "%llu-%lld.%09u", (unsigned long long)of.stx_ino,
             (long long)of.stx_btime.tv_sec, of.stx_btime.tv_nsec);
}

static void keep_file(int from, const char *path) {
    char name[64], beside[PATH_MAX], to[PATH_MAX], buffer[1 << 16];
    name_of(from, "", AT_EMPTY_PATH, name);
    snprintf(to, sizeof to, "%s/%s", durable, name);
    snprintf(beside, sizeof beside, "%s/new", durable);
    int in = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    int out = REAL(open)(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t length;
    while ((length = read(in, buffer, sizeof buffer)) > 0)
        if (REAL(write)(out, buffer, (size_t)length) != length) abort();
    close(in);
    close(out);
    REAL(rename)(beside, to);
}

static void keep_folder(int file, const char *path) {
    char beside[PATH_MAX], to[PATH_MAX], name[64];
    const char *below = path + strlen(folder);
    snprintf(to, sizeof to, "%s/names%s", durable, below);
    for (char *at = to + strlen(durable) + 6; *at; at++)
        if (*at == '/') *at = '%';
    snprintf(beside, sizeof beside, "%s/new", durable);
    FILE *out = fopen(beside, "we");
    DIR *all = opendir(path);
    struct dirent *one;
    while (all && (one = readdir(all))) {
        if (one->d_type != DT_REG) continue;
        name_of(file, one->d_name, AT_SYMLINK_NOFOLLOW, name);
        fprintf(out, "%s %s\n", name, one->d_name);
    }
    if (all) closedir(all);
    fclose(out);
    REAL(rename)(beside, to);
}

/* What has been synced is there after the power went. */
static void keep(int file) {
    char path[PATH_MAX];
    struct stat of;
    if (!faults || !path_of(file, path) || fstat(file, &of) != 0) return;
    int was = errno;
    pthread_mutex_lock(&keeping);
    if (S_ISREG(of.st_mode)) keep_file(file, path);
    if (S_ISDIR(of.st_mode)) keep_folder(file, path);
    pthread_mutex_unlock(&keeping);
    errno = was;
}

int fsync(int file) {
    if (fails(file)) return -1;
    int done = REAL(fsync)(file);
    if (done == 0) keep(file);
    return done;
}

int fdatasync(int file) {
    if (fails(file)) return -1;
    int done = REAL(fdatasync)(file);
    if (done == 0) keep(file);
    return done;
}

ssize_t write(int file, const void *bytes, size_t length) {
    return fails(file) ? -1 : REAL(write)(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return fails(file) ? -1 : REAL(pwrite)(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    return fails(file) ? -1 : REAL(pwrite64)(file, bytes, length, at);
}

ssize_t writev(int file, const struct iovec *parts, int many) {
    return fails(file) ? -1 : REAL(writev)(file, parts, many);
}

ssize_t send(int file, const void *bytes, size_t length, int how) {
    die_in_time();
    return REAL(send)(file, bytes, length, how);
}

int ftruncate(int file, off_t length) {
    return fails(file) ? -1 : REAL(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length) {
    return fails(file) ? -1 : REAL(ftruncate64)(file, length);
}

static int opens(__typeof__(&open) real, const char *path, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    return writes && fails_at(path) ? -1 : real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opens(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opens(REAL(open64), path, flags, mode);
}

int rename(const char *from, const char *to) {
    return fails_at(to) ? -1 : REAL(rename)(from, to);
}

int unlink(const char *path) {
    return fails_at(path) ? -1 : REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
    return fails_at(path) ? -1 : REAL(mkdir)(path, mode);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = REAL(clock_gettime)(clock, now);
    if (faults && clock == CLOCK_REALTIME) now->tv_sec += faults->ahead;
    return done;
}
