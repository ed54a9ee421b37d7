/* `pxed backup`: a copy of the store in one file. A running daemon writes it beside its store, without pausing; without
 * a daemon the store's plugin does. Then it is taken from there, so that FILE may lie where the daemon cannot write. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "eyes.h"
#include "import_copy.h"
#include "live.h"
#include "store_tool.h"
#include "text.h"

struct backup {
    struct live live;
    const char *file;    /* FILE */
    char copy[PATH_MAX]; /* beside the store */
    struct stat st;
};

static int backup_fail(const char *what, int error) {
    fprintf(stderr, "pxed backup: %s: %s\n", what, strerror(error));
    return CLI_NO;
}

/* ---- the copy beside the store */

/* No daemon: the store's file is ours as long as it is open. */
static int copy_alone(struct backup *b) {
    struct store_tool t = {0};
    char error[512] = "";
    struct pxed_buf out = PXED_BUF(error);
    int code = CLI_NO;
    if (store_tool_open(&t, "backup", b->live.ini ? b->live.ini : cli_default_ini()) &&
        snprintf(b->copy, sizeof(b->copy), "%s.backup-%ld", t.path, (long)getpid()) < PATH_MAX) {
        store_tool_as_account(&t);
        int rc = t.files->copy(t.path, b->copy, &out);
        eyes_close();
        code = rc == 0 ? CLI_OK : store_tool_fail(&t, "the store cannot be copied", pxed_buf_cstr(&out));
    }
    store_tool_close(&t);
    return code;
}

static int copy_made(struct backup *b) {
    b->live.quiet = true;
    json_t *rows = live_ask(&b->live, "backup", json_object());
    if (!rows)
        return b->live.code == CLI_NO_DAEMON ? copy_alone(b) : b->live.code;
    snprintf(b->copy, sizeof(b->copy), "%s", live_text(json_array_get(rows, 0), "file"));
    json_decref(rows);
    return CLI_OK;
}

/* ---- FILE */

/* A name of its own until it is whole and on disk. */
static int write_file(struct backup *b, int from) {
    char part[PATH_MAX], folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", b->file);
    if (snprintf(part, sizeof(part), "%s.part", b->file) >= PATH_MAX)
        return backup_fail(b->file, ENAMETOOLONG);
    if (unlink(part) < 0 && errno != ENOENT)
        return backup_fail(part, errno);
    int to = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        return backup_fail(part, errno);
    int rc = import_bytes(from, to, b->file);
    if (close(to) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(part, b->file) < 0)
        rc = -errno;
    if (rc == 0)
        rc = sync_folder(dirname(folder));
    if (rc < 0)
        unlink(part);
    return rc < 0 ? backup_fail(b->file, -rc) : CLI_OK;
}

static int take_copy(struct backup *b) {
    int from = open(b->copy, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (from < 0 || fstat(from, &b->st) < 0 || !S_ISREG(b->st.st_mode)) {
        int error = from < 0 ? errno : EINVAL;
        if (from >= 0)
            close(from);
        return backup_fail(b->copy, error);
    }
    int code = write_file(b, from);
    close(from);
    return code;
}

static void backup_say(const struct backup *b) {
    char bytes[TEXT_SHORT];
    if (b->live.json) {
        json_t *rows = json_pack("[{s:s, s:I}]", "file", b->file, "bytes", (json_int_t)b->st.st_size);
        live_print_json(rows);
        json_decref(rows);
        return;
    }
    printf("%s: %s; it holds secrets. The configuration, and what is below root, are not in it\n", b->file,
           text_bytes((double)b->st.st_size, bytes));
}

int cli_backup(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {0}};
    struct backup b = {0};
    int c = live_option(&b.live, argc, argv, options);
    if (c == '?')
        return CLI_USAGE;
    if (optind != argc - 1)
        return cli_usage();
    b.file = argv[optind];
    int code = copy_made(&b);
    if (code != CLI_OK)
        return code;
    code = take_copy(&b);
    if (unlink(b.copy) < 0 && errno != ENOENT)
        code = backup_fail(b.copy, errno);
    if (code == CLI_OK)
        backup_say(&b);
    return code;
}
