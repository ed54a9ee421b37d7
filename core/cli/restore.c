/* `pxed restore` and `pxed store copy`: a backup or another store in the place of a store, while no daemon runs.
 * Nothing in it gives a right any more: the daemon that starts on it ends every arming (STORE_OLD). */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eyes.h"
#include "import_copy.h"
#include "ledger_mark.h"
#include "live.h"
#include "privileges.h"
#include "record.h"
#include "store_tool.h"
#include "text.h"

struct restore {
    struct store_tool tool;
    struct live live; /* its options only */
    bool dry_run;
    const char *file; /* where it comes from, and the store that it replaces */
    const char *to;
    char fresh[PATH_MAX]; /* the copy beside the store */
    char aside[PATH_MAX], error[512];
    json_t *rows; /* what was armed or was being installed */
    size_t machines;
};

/* ---- what was armed */

static void see_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    struct restore *r = arg;
    struct lifecycle_record rec;
    char mac[PXED_MAC_TEXT], name[sizeof(rec.names)];
    (void)key, (void)version;
    r->machines++;
    if (!record_read(value, &rec) || (rec.state != LIFECYCLE_ARMED && rec.state != LIFECYCLE_INSTALLING))
        return;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(rec.names, " "), rec.names);
    json_array_append_new(r->rows,
                          json_pack("{s:s, s:s, s:s, s:s, s:s}", "mac", pxed_mac_text(&rec.mac, ":", mac), "name", name,
                                    "arm_os", rec.os, "install", lifecycle_state_names[rec.state], "right",
                                    lifecycle_right_names[rec.right]));
}

static void restore_say(const struct restore *r) {
    char clean[TEXT_LINE];
    size_t n = json_array_size(r->rows);
    if (r->live.json) {
        live_print_json(r->rows);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(r->rows, i);
        bool armed = strcmp(live_text(row, "install"), "armed") == 0;
        printf("%s (%s): ", live_text(row, "mac"), text_clean(live_host(row), clean, sizeof(clean)));
        printf("%s, was %s%s%s%s\n", text_clean(live_text(row, "arm_os"), clean, sizeof(clean)),
               live_text(row, "install"), armed ? " (" : "", armed ? live_text(row, "right") : "", armed ? ")" : "");
    }
    printf("%s: %zu machine%s; %s, nothing is armed: `pxed arm HOST` where an installation is wanted\n", r->file,
           r->machines, r->machines == 1 ? "" : "s", r->dry_run ? "after a restore" : "restored");
    if (*r->aside)
        printf("the store before is %s\n", r->aside);
}

/* ---- the files */

static int restore_fail(const struct restore *r, const char *file, int error) {
    return store_tool_fail(&r->tool, file, strerror(error));
}

/* A log that a killed restore left beside it would be replayed into the new copy. */
static int name_fresh(struct restore *r) {
    static const char *const ends[] = {"", "-wal", "-journal"};
    char path[PATH_MAX];
    if (snprintf(r->fresh, sizeof(r->fresh), "%s.restore", r->to) >= PATH_MAX)
        return restore_fail(r, r->to, ENAMETOOLONG);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (snprintf(path, sizeof(path), "%s%s", r->fresh, ends[i]) >= PATH_MAX ||
            (unlink(path) < 0 && errno != ENOENT))
            return restore_fail(r, r->fresh, errno);
    return CLI_OK;
}

/* FILE is opened as the caller, the copy written as the account. */
static int copy_in(struct restore *r, int from) {
    if (name_fresh(r) != CLI_OK)
        return CLI_NO;
    int to = open(r->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return restore_fail(r, r->fresh, errno);
    int rc = import_bytes(from, to, r->file);
    if (close(to) < 0 && rc == 0)
        rc = -errno;
    return rc < 0 ? restore_fail(r, r->fresh, -rc) : CLI_OK;
}

static int put_in_place(struct restore *r) {
    const struct pxed_store_files *files = r->tool.files;
    struct pxed_buf error = PXED_BUF(r->error), aside = PXED_BUF(r->aside);
    struct pxed_put mark = {"meta", PXED_SLICE(LEDGER_RESTORED), PXED_SLICE("by pxed restore"), PXED_STORE_ANY};
    int rc = files->load(r->fresh, "machine", see_record, r, &error);
    if (rc == 0 && !r->dry_run)
        rc = files->replace(r->fresh, r->to, &mark, 1, &aside, &error);
    pxed_buf_cstr(&aside);
    return rc == 0 ? CLI_OK : store_tool_fail(&r->tool, r->file, pxed_buf_cstr(&error));
}

/* The copy was made as the account, or not (`code`): what is left of it goes. */
static int copy_taken(struct restore *r, int code) {
    if (code == CLI_OK)
        code = put_in_place(r);
    if (*r->fresh)
        unlink(r->fresh);
    eyes_close();
    return code;
}

static int restore_from(struct restore *r, int from) {
    const struct settings *s = &r->tool.offline.config->settings;
    if (privileges_prepare_state(s) < 0 || privileges_lock_state(s->state) < 0)
        return CLI_NO;
    store_tool_as_account(&r->tool);
    return copy_taken(r, copy_in(r, from));
}

static int restore_open(struct restore *r) {
    struct stat st;
    r->to = r->tool.path;
    int from = open(r->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from < 0 || fstat(from, &st) < 0 || !S_ISREG(st.st_mode)) {
        int error = from < 0 ? errno : EINVAL;
        if (from >= 0)
            close(from);
        return restore_fail(r, r->file, error);
    }
    int code = restore_from(r, from);
    close(from);
    return code;
}

static int restore_run(struct restore *r, const char *command, int (*how)(struct restore *r)) {
    int code = CLI_NO;
    r->rows = json_array();
    if (store_tool_open(&r->tool, command, r->live.ini ? r->live.ini : cli_default_ini()))
        code = how(r);
    if (code == CLI_OK)
        restore_say(r);
    store_tool_close(&r->tool);
    json_decref(r->rows);
    return code;
}

int cli_restore(int argc, char **argv) {
    static const struct option options[] = {LIVE_OPTIONS, {"dry-run", no_argument, NULL, 'n'}, {0}};
    struct restore r = {0};
    for (int c; (c = live_option(&r.live, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        r.dry_run |= c == 'n';
    }
    if (optind != argc - 1)
        return cli_usage();
    r.file = argv[optind];
    return restore_run(&r, "restore", restore_open);
}

/* ---- from one store to another */

static int store_copied(struct restore *r) {
    char folder[PATH_MAX];
    struct pxed_buf error = PXED_BUF(r->error);
    snprintf(folder, sizeof(folder), "%s", r->to);
    if (privileges_lock_state(dirname(folder)) < 0)
        return CLI_NO;
    store_tool_as_account(&r->tool);
    int code = name_fresh(r);
    if (code == CLI_OK && r->tool.files->copy(r->file, r->fresh, &error) < 0)
        code = store_tool_fail(&r->tool, r->file, pxed_buf_cstr(&error));
    return copy_taken(r, code);
}

int cli_store(int argc, char **argv) {
    static const char *const verbs[] = {"copy", NULL};
    static const struct option options[] = {
        LIVE_OPTIONS,
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"dry-run", no_argument, NULL, 'n'},
        {0},
    };
    struct restore r = {0};
    for (int c; (c = live_option(&r.live, argc, argv, options)) != -1;) {
        if (c == '?')
            return CLI_USAGE;
        r.file = c == 'f' ? optarg : r.file;
        r.to = c == 't' ? optarg : r.to;
        r.dry_run |= c == 'n';
    }
    if (optind < argc && strcmp(argv[optind], verbs[0]) != 0)
        return cli_no_word("store", argv[optind], verbs, NULL);
    if (optind != argc - 1 || !r.file || !r.to)
        return cli_usage();
    return restore_run(&r, "store", store_copied);
}
