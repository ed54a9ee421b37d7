/* Lines for stderr: at once if it takes them, else from a ring when it does. */
#include "log_out.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char kept[LOG_KEPT];
static size_t first, n_kept;
static uint64_t n_dropped, n_told; /* of these: said so by log_out_dropped */

/* Bytes taken. An error means that nobody reads: all of it is taken, and lost. */
static size_t offer(const char *text, size_t n) {
    struct stat st;
    ssize_t done;
    if (fstat(STDERR_FILENO, &st) == 0 && S_ISSOCK(st.st_mode)) { /* journald */
        done = send(STDERR_FILENO, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
        /* A pipe that is ready takes a page without waiting; its flags belong to others too, so they stay as they are.
         */
        struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
        if (poll(&ready, 1, 0) == 0)
            return 0;
        done = write(STDERR_FILENO, text, n < LOG_LINE_MAX ? n : LOG_LINE_MAX);
    }
    if (done < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : n;
    return (size_t)done;
}

static bool drain(void) {
    while (n_kept > 0) {
        size_t whole = first + n_kept < LOG_KEPT ? n_kept : LOG_KEPT - first;
        size_t done = offer(kept + first, whole);
        if (done == 0)
            return false;
        first = (first + done) % LOG_KEPT;
        n_kept -= done;
    }
    return true;
}

static bool keep(const char *text, size_t n) {
    if (n > LOG_KEPT - n_kept)
        return false;
    for (size_t i = 0; i < n; i++)
        kept[(first + n_kept + i) % LOG_KEPT] = text[i];
    n_kept += n;
    return true;
}

bool log_out(const char *line, size_t n) {
    pthread_mutex_lock(&lock);
    size_t done = drain() ? offer(line, n) : 0;
    bool ok = done == n || keep(line + done, n - done);
    n_dropped += !ok;
    pthread_mutex_unlock(&lock);
    return ok;
}

bool log_out_flush(void) {
    pthread_mutex_lock(&lock);
    bool all = drain();
    pthread_mutex_unlock(&lock);
    return all;
}

uint64_t log_out_dropped(void) {
    pthread_mutex_lock(&lock);
    uint64_t n = n_dropped - n_told;
    n_told = n_dropped;
    pthread_mutex_unlock(&lock);
    return n;
}

uint64_t log_out_lost(void) {
    pthread_mutex_lock(&lock);
    uint64_t n = n_dropped;
    pthread_mutex_unlock(&lock);
    return n;
}
