/* Loaded before the C library (LD_PRELOAD): one in FAIL_ONE_IN calls to fsync and
   fdatasync does nothing and returns EIO, as on a failing SD card. For scripts/faults only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int seed;
static int one_in = -1;

static int fails(void) {
    pthread_mutex_lock(&lock);
    if (one_in < 0) {
        const char *often = getenv("FAIL_ONE_IN"), *begin = getenv("FAIL_SEED");
        one_in = often ? atoi(often) : 0;
        seed = begin ? (unsigned int)atoi(begin) : 1;
    }
    int failing = one_in > 0 && rand_r(&seed) % one_in == 0;
    pthread_mutex_unlock(&lock);
    return failing;
}

static int call(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (fails()) {
        errno = EIO;
        return -1;
    }
    return real(file);
}

int fsync(int file) { return call("fsync", file); }
int fdatasync(int file) { return call("fdatasync", file); }
