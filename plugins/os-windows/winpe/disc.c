/* The ISO: collects boot files in a tree and runs xorriso on it. */
#include "disc.h"

#include "layout.h"
#include "say.h"
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the tree */
struct sources {
    struct media *media;
    struct wim *wim;
    unsigned image;
    const char *scratch;
};

/* `copype` puts the medium into media/ and the boot images into fwfiles/ beside it. */
static const char *on_medium(struct media *media, const struct layout_file *file, char name[static 128]) {
    static const char *const below[] = {"", "media/"};

    for (size_t f = 0; media && f < 4 && file->from[f]; f++)
        for (size_t b = 0; b < 2; b++) {
            snprintf(name, 128, "%s%s", below[b], file->from[f]);
            if (media_has(media, name))
                return name;
        }
    return NULL;
}

/* 1: copied, 0: there is none, -1: error, reported */
static int disc_take(const struct sources *s, const struct layout_file *file, const char *tree) {
    char name[128], *to = work_path(tree, file->name);
    const char *found = on_medium(s->media, file, name);
    int result = found ? work_parents(tree, to) : 0;

    if (found && result == 0)
        result = media_copy(s->media, found, to);
    if (found) {
        free(to);
        return result == 0 ? 1 : -1;
    }
    for (size_t i = 0; i < 3 && file->wim[i] && !found; i++)
        if (wim_has(s->wim, s->image, file->wim[i])) {
            found = file->wim[i];
            result = work_parents(tree, to);
            if (result == 0)
                result = wim_copy(s->wim, s->image, found, s->scratch, to);
        }
    free(to);
    return !found ? 0 : result == 0 ? 1 : -1;
}

static void name_missing(const struct layout_file *const *missing, size_t n, const char *arch, unsigned use,
                         const char *firmware, bool is_error) {
    char text[512] = "";
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        if (layout_uses(missing[i], arch) & use) {
            int added = snprintf(text + len, sizeof(text) - len, "%s%s", len ? ", " : "", missing[i]->name);
            len = added < 0 || (size_t)added >= sizeof(text) - len ? sizeof(text) - 1 : len + (size_t)added;
        }
    if (len > 0 && is_error)
        say_error("no %s boot: missing %s", firmware, text);
    else if (len > 0)
        say_note("this ISO will not start on %s: missing %s", firmware, text);
}

int disc_gather(struct media *media, struct wim *wim, unsigned image, const char *arch, const char *scratch,
                const char *tree) {
    const struct sources sources = {media, wim, image, scratch};
    const struct layout_file *missing[32] = {NULL};
    unsigned firmware = LAYOUT_EFI | (strcmp(arch, "arm64") == 0 ? 0u : LAYOUT_BIOS);
    size_t n = 0;

    say_step("collecting boot files");
    for (const struct layout_file *file = layout_files; file->name; file++) {
        unsigned uses = layout_uses(file, arch);
        int got = uses ? disc_take(&sources, file, tree) : 1;
        if (got < 0)
            return -1;
        if (got == 0 && (uses & (LAYOUT_BIOS | LAYOUT_EFI)) && n < 32) {
            missing[n++] = file;
            firmware &= ~uses;
        }
    }
    name_missing(missing, n, arch, LAYOUT_BIOS, "BIOS", firmware == 0);
    name_missing(missing, n, arch, LAYOUT_EFI, "UEFI", firmware == 0);
    if (firmware == 0)
        say_error(
            "give them with --media: a Windows installation ISO of the same CPU or newer, its copied files, or the "
            "folder that ADK's copype makes; or make a .wim, which wimboot starts without them");
    return (int)firmware;
}

/* --- xorriso */
enum { SAID = 4096 };

struct child {
    char said[SAID]; /* the end of what it said that is no progress */
    size_t len;
};

static void disc_keep(struct child *child, const char *line) {
    size_t n = strlen(line);
    double percent;
    const char *update = strstr(line, "UPDATE :");

    if (update) {
        if (sscanf(update + strlen("UPDATE :"), "%lf%% done", &percent) == 1)
            say_progress((uint64_t)(percent * 100), 10000);
        return;
    }
    if (n > SAID / 2)
        return;
    if (child->len + n + 1 > SAID) {
        size_t drop = child->len + n + 1 - SAID;
        memmove(child->said, child->said + drop, child->len - drop);
        child->len -= drop;
    }
    memcpy(child->said + child->len, line, n);
    child->len += n;
    child->said[child->len] = '\0';
}

static int disc_spawn(char **argv, int *ret_fd, pid_t *ret_pid) {
    posix_spawn_file_actions_t actions;
    int ends[2], error;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    error = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error == 0)
        *ret_fd = ends[0];
    else
        close(ends[0]);
    return error;
}

/* Runs xorriso to the end; the running step shows its progress. */
static int disc_run(char **argv, const char *called) {
    static struct child child;
    char line[1024];
    int fd = -1, status = 0, error;
    pid_t pid = 0;

    error = disc_spawn(argv, &fd, &pid);
    if (error == ENOENT)
        return say_error("xorriso is missing: install the package xorriso");
    if (error != 0)
        return say_error("cannot run xorriso: %s", strerror(error));
    FILE *from = fdopen(fd, "r");
    for (;;) {
        if (from && fgets(line, sizeof(line), from)) {
            disc_keep(&child, line);
        } else if (from && ferror(from) && errno == EINTR && !say_interrupted()) {
            clearerr(from);
        } else {
            break;
        }
    }
    if (say_interrupted())
        kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        if (say_interrupted())
            kill(pid, SIGTERM);
    if (from)
        fclose(from);
    if (say_interrupted())
        return say_error("interrupted");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return say_error("cannot make %s: xorriso said:\n%s", called, child.said);
}

/* El Torito without emulation loads this many sectors of 512 bytes: all of it, as oscdimg writes it (8 for
 * etfsboot.com). */
static int disc_sectors(const char *tree, char text[static 24]) {
    char *path = work_path(tree, LAYOUT_BIOS_IMAGE);
    struct stat st;
    int result = stat(path, &st);

    free(path);
    if (result != 0 || st.st_size == 0 || st.st_size > 64 * 1024)
        return say_error("%s has a size that no boot sector has", LAYOUT_BIOS_IMAGE);
    snprintf(text, 24, "%ld", (long)(st.st_size + 511) / 512);
    return 0;
}

int disc_make(const char *tree, int firmware, const char *label, const char *to, const char *called) {
    const char *argv[48];
    char load[24];
    size_t n = 0;

    /* Names as bootmgr knows them: upper case, no version number, no dot at the end. Level 3: a WIM may pass 4 GiB. */
    const char *const head[] = {"xorriso", "-as", "mkisofs", "-iso-level", "3", "-N", "-d", "-V", label, "-o", to};
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        argv[n++] = head[i];
    if (firmware & LAYOUT_BIOS) {
        if (disc_sectors(tree, load) != 0)
            return -1;
        const char *const bios[] = {
            "-c", "boot.cat", "-hide", "boot.cat", "-b", LAYOUT_BIOS_IMAGE, "-no-emul-boot", "-boot-load-size", load};
        for (size_t i = 0; i < sizeof(bios) / sizeof(bios[0]); i++)
            argv[n++] = bios[i];
    }
    if ((firmware & LAYOUT_BIOS) && (firmware & LAYOUT_EFI))
        argv[n++] = "-eltorito-alt-boot";
    if (firmware & LAYOUT_EFI) {
        const char *const efi[] = {"-e", LAYOUT_EFI_IMAGE, "-no-emul-boot"};
        for (size_t i = 0; i < sizeof(efi) / sizeof(efi[0]); i++)
            argv[n++] = efi[i];
    }
    argv[n++] = tree;
    argv[n] = NULL;
    say_step("making %s", called);
    return disc_run((char **)(size_t)argv, called);
}
