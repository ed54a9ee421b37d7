/* pxed-winpe: makes a WinPE that finds its pxed server, from an operator's boot.wim. */
#include "disc.h"
#include "layout.h"
#include "media.h"
#include "options.h"
#include "pxed/slice.h"
#include "say.h"
#include "script.h"
#include "wim.h"
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };
enum { ADDS_MAX = 3 * OPTIONS_MANY + 8 };

struct job {
    struct options o;
    char *work; /* the folder beside OUTPUT, NULL: none yet */
    char *share;
    struct media *media; /* NULL: SOURCE is a bare WIM and there is no --media */
    struct wim *wim;
    struct wim_image image;
    const char *arch, *title;
    struct wim_add adds[ADDS_MAX];
    size_t n_adds;
    char *owned[ADDS_MAX * 2]; /* what the additions point to */
    size_t n_owned;
};

static char *winpe_own(struct job *job, char *text) {
    job->owned[job->n_owned++] = text;
    return text;
}

static void winpe_add(struct job *job, const char *from, const char *to) {
    job->adds[job->n_adds++] = (struct wim_add){from, to};
}

/* --- the source */
static bool is_wim(const char *path) {
    char magic[8] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) && memcmp(magic, "MSWIM\0\0", 8) == 0;

    if (fd >= 0)
        close(fd);
    return is;
}

/* The boot.wim of a medium, copied from an ISO, or used in place. */
static struct wim *open_in_media(struct job *job) {
    static const char *const names[] = {"sources/boot.wim", "media/sources/boot.wim"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!media_has(job->media, names[i]))
            continue;
        char *to = winpe_own(job, work_path(job->work, "source.wim")), *called = NULL;
        say_step("reading %s of %s", names[i], job->o.source);
        if (media_copy(job->media, names[i], to) != 0)
            return NULL;
        if (asprintf(&called, "%s of %s", names[i], job->o.source) < 0)
            return NULL;
        return wim_open(to, winpe_own(job, called));
    }
    say_error("%s has no sources/boot.wim", job->o.source);
    return NULL;
}

static int open_source(struct job *job) {
    if (is_wim(job->o.source)) {
        job->wim = wim_open(job->o.source, job->o.source);
        if (job->wim && job->o.media && !(job->media = media_open(job->o.media)))
            return -1;
        return job->wim ? 0 : -1;
    }
    job->media = media_open(job->o.source);
    if (!job->media || !(job->wim = open_in_media(job)))
        return -1;
    if (!job->o.media)
        return 0;
    media_close(job->media);
    job->media = media_open(job->o.media);
    return job->media ? 0 : -1;
}

/* --- what goes into the image */
static unsigned inf_files;

static int count_inf(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)ftw;
    if (type == FTW_F && pxed_slice_match(PXED_SLICE("*.inf"), pxed_slice_of(path)))
        inf_files++;
    return 0;
}

/* Several folders become \pxed\drivers\1, \pxed\drivers\2. */
static int add_drivers(struct job *job) {
    for (size_t i = 0; job->o.drivers[i]; i++) {
        char *to = NULL;
        inf_files = 0;
        if (nftw(job->o.drivers[i], count_inf, 16, 0) != 0)
            return say_error("cannot read %s: %s", job->o.drivers[i], strerror(errno));
        if (inf_files == 0)
            return say_error("%s holds no *.inf: drivers are needed unpacked, not as .exe or .cab", job->o.drivers[i]);
        if (asprintf(&to, "/pxed/drivers/%zu", i + 1) < 0)
            return say_error("out of memory");
        winpe_add(job, job->o.drivers[i], winpe_own(job, to));
    }
    return 0;
}

static int add_tools(struct job *job) {
    for (size_t i = 0; job->o.tools[i]; i++) {
        struct stat st;
        if (stat(job->o.tools[i], &st) != 0 || !S_ISDIR(st.st_mode))
            return say_error("--tools: %s is no folder", job->o.tools[i]);
        winpe_add(job, job->o.tools[i], "/Windows/System32");
    }
    return 0;
}

/* "X:\a\b" or "/a/b" as "/a/b"; a path that ends in a slash gets the file's own name. NULL: not a path. */
static char *image_path(const char *path, const char *file) {
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t skip = pxed_is_alnum(path[0]) && path[1] == ':' ? 2 : 0;
    bool folder;
    char *to;

    path += skip + strspn(path + skip, "/\\");
    folder = *path == '\0' || strchr("/\\", path[strlen(path) - 1]);
    if (asprintf(&to, "/%s%s", path, folder ? base : "") < 0)
        return NULL;
    for (char *p = to; *p; p++)
        if (*p == '\\')
            *p = '/';
    if (strstr(to, "/../") || pxed_slice_ends(pxed_slice_of(to), PXED_SLICE("/..")) || strlen(to) < 2) {
        free(to);
        return NULL;
    }
    return to;
}

static int add_files(struct job *job) {
    for (size_t i = 0; job->o.add[i]; i++) {
        const char *equals = strrchr(job->o.add[i], '=');
        if (!equals || equals == job->o.add[i])
            return say_error("--add: '%s' is no FILE=PATH", job->o.add[i]);
        char *from = winpe_own(job, strndup(job->o.add[i], (size_t)(equals - job->o.add[i])));
        char *to = from ? image_path(equals + 1, from) : NULL;
        if (!to)
            return say_error("--add: '%s' is no path in the image", equals + 1);
        winpe_own(job, to);
        if (access(from, R_OK) != 0)
            return say_error("cannot read %s: %s", from, strerror(errno));
        winpe_add(job, from, to);
    }
    return 0;
}

static int add_helper(struct job *job) {
    char *path, *name = NULL;

    if (job->o.helper) {
        path = (char *)(size_t)job->o.helper;
    } else {
        if (asprintf(&name, "os-windows/pxed-%s.exe", job->arch) < 0)
            return say_error("out of memory");
        path = winpe_own(job, work_path(job->share, winpe_own(job, name)));
    }
    if (access(path, R_OK) != 0)
        return say_error("no helper program for %s: %s: %s (--helper FILE names one, --classic does without)",
                         job->arch, path, strerror(errno));
    winpe_add(job, path, "/Windows/System32/pxed.exe");
    return 0;
}

static int add_script(struct job *job, const char *template, const char *name, const char *to) {
    char *made = winpe_own(job, work_path(job->work, name));

    if (script_render(job->share, template, &job->o, made) != 0)
        return -1;
    winpe_add(job, made, to);
    return 0;
}

/* winpeshl.ini is always written: without it the image of an installation medium runs setup.exe, not startnet.cmd. */
static int add_all(struct job *job) {
    if (add_drivers(job) != 0 || add_tools(job) != 0)
        return -1;
    if (!job->o.classic && add_helper(job) != 0)
        return -1;
    if (add_script(job, job->o.classic ? "startnet-classic.cmd" : "startnet.cmd", "startnet.cmd",
                   "/Windows/System32/startnet.cmd") != 0 ||
        add_script(job, "winpeshl.ini", "winpeshl.ini", "/Windows/System32/winpeshl.ini") != 0)
        return -1;
    return add_files(job);
}

/* --- what comes out */
static void winpe_report(const struct job *job, int firmware) {
    struct stat st;
    const char *boots = firmware == (LAYOUT_BIOS | LAYOUT_EFI) ? ", starts on BIOS and UEFI"
                        : firmware == LAYOUT_BIOS              ? ", starts on BIOS"
                        : firmware == LAYOUT_EFI               ? ", starts on UEFI"
                                                               : "";

    if (stat(job->o.output, &st) == 0)
        say_note("%s: %.1f MB, %s for %s%s", job->o.output, (double)st.st_size / 1e6,
                 *job->title ? job->title : "WinPE", job->arch, boots);
}

static int winpe_make(struct job *job) {
    char *tree = winpe_own(job, work_path(job->work, "tree")),
         *scratch = winpe_own(job, work_path(job->work, "scratch"));
    bool iso = options_wants_iso(&job->o);
    char *wim = winpe_own(job, work_path(iso ? tree : job->work, iso ? "sources/boot.wim" : "boot.wim"));
    char *made = iso ? winpe_own(job, work_path(job->work, "winpe.iso")) : wim;
    int firmware = 0;

    if (mkdir(tree, 0777) != 0 || mkdir(scratch, 0777) != 0)
        return say_error("cannot write %s: %s", tree, strerror(errno));
    if (iso) {
        firmware = disc_gather(job->media, job->wim, job->image.index, job->arch, scratch, tree);
        if (firmware <= 0 || work_parents(tree, wim) != 0)
            return -1;
    }
    if (wim_write(job->wim, job->image.index, job->adds, job->n_adds, job->o.recompress, wim,
                  iso ? "boot.wim" : job->o.output) != 0)
        return -1;
    if (iso && disc_make(tree, firmware, job->o.label ? job->o.label : "WINPE", made, job->o.output) != 0)
        return -1;
    if (say_interrupted())
        return say_error("interrupted");
    if (work_publish(made, job->o.output, job->o.force) != 0)
        return -1;
    say_done();
    winpe_report(job, firmware);
    return 0;
}

static int winpe_list(struct job *job) {
    struct wim_image image;

    printf("%-5s %-4s %-5s %-5s %-14s %10s  %s\n", "IMAGE", "BOOT", "CPU", "KIND", "VERSION", "MB", "NAME");
    for (unsigned i = 1; i <= wim_images(job->wim); i++) {
        char version[40] = "-";
        if (wim_describe(job->wim, i, &image) != 0)
            return -1;
        if (image.version[0])
            snprintf(version, sizeof(version), "%u.%u.%u", image.version[0], image.version[1], image.version[2]);
        printf("%-5u %-4s %-5s %-5s %-14s %10.1f  %s\n", i, image.bootable ? "yes" : "-", image.arch ? image.arch : "-",
               !image.winpe  ? "-"
               : image.setup ? "setup"
                             : "pe",
               version, (double)image.bytes / 1e6, image.name);
    }
    return 0;
}

/* Are these the same file, under whatever name? */
static bool same_file(const char *a, const char *b) {
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int check_output(const struct options *o) {
    struct stat st;

    if (same_file(o->source, o->output) || (o->media && same_file(o->media, o->output)))
        return say_error("%s is the source, which stays untouched: choose another OUTPUT", o->output);
    if (stat(o->output, &st) != 0)
        return 0;
    if (!S_ISREG(st.st_mode))
        return say_error("%s is no file", o->output);
    return o->force ? 0 : say_error("%s exists: --force replaces it", o->output);
}

static int winpe_build(struct job *job) {
    const struct options *o = &job->o;

    if (access(o->source, R_OK) != 0)
        return say_error("cannot read %s: %s", o->source, strerror(errno));
    if (!o->list && check_output(o) != 0)
        return -1;
    /* With --list the copy of a medium's boot.wim goes where temporary files go. */
    const char *tmp = getenv("TMPDIR");
    char *place = o->list ? winpe_own(job, work_path(tmp && *tmp ? tmp : "/tmp", "pxed-winpe")) : NULL;
    if (!(o->list && is_wim(o->source)) && !(job->work = work_make(place ? place : o->output)))
        return -1;
    if (open_source(job) != 0)
        return -1;
    say_done();
    if (o->list)
        return winpe_list(job);
    if (!(job->share = script_share()) || wim_choose(job->wim, o->image, &job->image) != 0)
        return -1;
    job->title = winpe_own(job, strdup(job->image.name)); /* the WIM is used up by writing */
    if (!job->title)
        return say_error("out of memory");
    job->arch = o->arch ? o->arch : job->image.arch;
    if (!job->arch)
        return say_error("image %u of %s does not say for which CPU it is: --arch x86, amd64 or arm64",
                         job->image.index, o->source);
    return add_all(job) == 0 ? winpe_make(job) : -1;
}

int main(int argc, char **argv) {
    static struct job job;

    if (options_parse(argc, argv, &job.o) != 0)
        return EXIT_USAGE;
    if (job.o.help || job.o.version) {
        if (job.o.help)
            options_usage();
        else
            puts("pxed-winpe " PXED_VERSION);
        return EXIT_DONE;
    }
    say_quiet(job.o.quiet);
    say_catch_signals();
    if (wim_start() != 0)
        return EXIT_FAILED;
    int result = winpe_build(&job);
    wim_close(job.wim);
    media_close(job.media);
    wim_end();
    work_remove(job.work);
    free(job.share);
    for (size_t i = 0; i < job.n_owned; i++)
        free(job.owned[i]);
    return result == 0 ? EXIT_DONE : EXIT_FAILED;
}
