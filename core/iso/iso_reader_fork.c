/* Forks a process for each medium that is read. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iso_child.h"
#include "iso_reader.h"

/* Signals are for the process that asked; what it does on them is nothing for its copy. */
static void reset_copied_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int fork_start(int image_fd, struct iso_child *ret) {
    int ends[2];
    sigset_t all, before;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* no handler runs in the copy */
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        reset_copied_signals();
        _exit(iso_child_run(image_fd, ends[1]));
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -error;
    }
    *ret = (struct iso_child){.out = ends[0], .pid = pid};
    return 0;
}

/* It has ended if all it had to say was read; else it is ended. */
static int fork_end(struct iso_child *child) {
    int status = -1;
    close(child->out);
    pid_t done = waitpid(child->pid, &status, WNOHANG);
    if (done == 0) {
        enum { MOMENTS = 20, MOMENT_US = 1000 };
        for (int i = 0; i < MOMENTS && (done = waitpid(child->pid, &status, WNOHANG)) == 0; i++)
            usleep(MOMENT_US);
    }
    if (done == 0) {
        kill(child->pid, SIGKILL);
        while ((done = waitpid(child->pid, &status, 0)) < 0 && errno == EINTR) {
        }
    }
    return done == child->pid ? status : -1;
}

const struct iso_reader iso_reader_fork = {fork_start, fork_end};
