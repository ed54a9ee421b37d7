/* `pxed hosts edit`: an editor on a copy, which becomes the host file when it has no errors. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "hosts.h"

struct edit {
    struct hosts *hosts;
    const char *path;
    char copy[PATH_MAX]; /* beside it */
    struct pxed_slice before;
};

/* The copy holds secrets. One that is there already belongs to somebody else, or to an edit that was cut off. */
static bool make_copy(struct edit *e) {
    char real[PATH_MAX];
    const char *slash = realpath(e->path, real) ? strrchr(real, '/') : NULL;
    if (!slash ||
        snprintf(e->copy, sizeof(e->copy), "%.*s/.%s.edit", (int)(slash - real), real, slash + 1) >= PATH_MAX) {
        fprintf(stderr, "pxed hosts: %s: %s\n", e->path, strerror(slash ? ENAMETOOLONG : errno));
        return false;
    }
    int fd = open(e->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        fprintf(stderr,
                errno == EEXIST
                    ? "pxed hosts: %s: somebody edits it, or an edit was cut off: look at it, then remove it\n"
                    : "pxed hosts: %s: %m\n",
                e->copy);
        return false;
    }
    bool good = e->before.len == 0 || write(fd, e->before.ptr, e->before.len) == (ssize_t)e->before.len;
    return close(fd) == 0 && good;
}

/* As git and crontab start it: the variable may hold arguments. */
static bool run_editor(const struct edit *e) {
    const char *editor = getenv("VISUAL");
    if (!editor || !*editor)
        editor = getenv("EDITOR");
    if (!editor || !*editor)
        editor = access("/usr/bin/editor", X_OK) == 0 ? "editor" : "vi";
    struct pxed_arena arena = {0};
    const char *command = pxed_arena_printf(&arena, "%s \"$1\"", editor);
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        execl("/bin/sh", "sh", "-c", command, "sh", e->copy, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    pxed_arena_clear(&arena);
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "pxed hosts: the editor `%s` failed: set EDITOR\n", editor);
    return false;
}

/* True: edit again. */
static bool ask_again(void) {
    char answer[16];
    while (isatty(STDIN_FILENO)) {
        fputs("[e]dit again, or e[x]it without a change? ", stderr);
        if (!fgets(answer, sizeof(answer), stdin) || answer[0] == 'x')
            break;
        if (answer[0] == 'e' || answer[0] == '\n')
            return true;
    }
    return false;
}

static int edit_round(struct edit *e, struct pxed_arena *arena, bool *ret_again) {
    *ret_again = false;
    if (!run_editor(e))
        return CLI_NO;
    struct pxed_slice after = hosts_text(e->copy, arena);
    if (!after.ptr)
        return CLI_NO;
    if (pxed_slice_eq(after, e->before)) {
        printf("%s: no change\n", e->path);
        return CLI_OK;
    }
    const struct hostfile_instead text = {e->path, after};
    if (!hosts_good(e->hosts, &text, 1, e->hosts->offline.diags.host_errors)) {
        *ret_again = ask_again();
        if (!*ret_again)
            fprintf(stderr, "pxed hosts: %s is as it was\n", e->path);
        return CLI_NO;
    }
    if (!hosts_replace(e->path, e->before, after)) {
        *ret_again = ask_again();
        return CLI_NO;
    }
    printf("%s: changed; a running daemon takes it within a second\n", e->path);
    return CLI_OK;
}

int hosts_edit(struct hosts *h) {
    struct pxed_arena arena = {0};
    struct edit e = {.hosts = h, .path = hosts_file(h)};
    if (!e.path)
        return CLI_NO;
    e.before = hosts_text(e.path, &h->arena);
    if (!e.before.ptr || !make_copy(&e))
        return CLI_NO;
    signal(SIGINT, SIG_IGN); /* it is meant for the editor */
    int code;
    for (bool again = true; again;) {
        code = edit_round(&e, &arena, &again);
        pxed_arena_clear(&arena);
    }
    unlink(e.copy);
    return code;
}
