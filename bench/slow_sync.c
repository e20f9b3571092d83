/* Stands between a program and the C library: each sync takes SYNC_MILLISECONDS longer, as on a
 * disk that keeps what it says it keeps. The program and the raw loop beside it are slowed alike. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void wait_longer(void) {
    const char *said = getenv("SYNC_MILLISECONDS");
    long long nanoseconds = (long long)((said ? atof(said) : 0) * 1e6);
    struct timespec longer = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&longer, NULL);
}

int fsync(int file) {
    wait_longer();
    return REAL(fsync)(file);
}

int fdatasync(int file) {
    wait_longer();
    return REAL(fdatasync)(file);
}
