/* boot.wim by libwim: open, choose the image, add files, write, read back. */
#include "wim.h"

#include "say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wimlib.h>

/* Formats that bootmgr can read: LZX or XPRESS in chunks of 32 KiB. */
enum { BOOT_CHUNK = 32768 };

struct wim {
    WIMStruct *handle;
    char *called;
    struct wimlib_wim_info info;
};

/* libwim's messages name the file concerned; they are kept here until an error is printed. */
static FILE *said;
static char *said_text;
static size_t said_len;

int wim_start(void) {
    if (!(said = open_memstream(&said_text, &said_len)))
        return say_error("out of memory");
    wimlib_set_error_file(said);
    wimlib_set_print_errors(true);
    int error = wimlib_global_init(WIMLIB_INIT_FLAG_DEFAULT_CASE_INSENSITIVE);
    return error ? say_error("libwim: %s", wimlib_get_error_string((enum wimlib_error_code)error)) : 0;
}

void wim_end(void) {
    wimlib_global_cleanup();
    if (said)
        fclose(said);
    free(said_text);
}

/* libwim's first message since the last call, without decoration. "" if none. */
static const char *wim_detail(void) {
    char *text, *end;

    fflush(said);
    if (said_len == 0)
        return "";
    text = strstr(said_text, "[ERROR] ");
    text = text ? text + strlen("[ERROR] ") : said_text + said_len;
    if ((end = strchr(text, '\n')))
        *end = '\0';
    rewind(said);
    return text;
}

static enum wimlib_progress_status wim_progress(enum wimlib_progress_msg message, union wimlib_progress_info *info,
                                                void *unused) {
    (void)unused;
    if (message == WIMLIB_PROGRESS_MSG_WRITE_STREAMS)
        say_progress(info->write_streams.completed_bytes, info->write_streams.total_bytes);
    else if (message == WIMLIB_PROGRESS_MSG_VERIFY_INTEGRITY)
        say_progress(info->integrity.completed_bytes, info->integrity.total_bytes);
    else if (message == WIMLIB_PROGRESS_MSG_VERIFY_STREAMS)
        say_progress(info->verify_streams.completed_bytes, info->verify_streams.total_bytes);
    return say_interrupted() ? WIMLIB_PROGRESS_STATUS_ABORT : WIMLIB_PROGRESS_STATUS_CONTINUE;
}

/* libwim's code as a sentence about a file; the system's error text is preferred if there is one. */
static int wim_fail(int code, int system, const char *verb, const char *what) {
    if (code == WIMLIB_ERR_ABORTED_BY_PROGRESS)
        return say_error("interrupted");
    if (system != 0 && (code == WIMLIB_ERR_WRITE || code == WIMLIB_ERR_OPEN || code == WIMLIB_ERR_MKDIR))
        return say_error("cannot %s %s: %s", verb, what, strerror(system));
    const char *more = wim_detail();
    return say_error("cannot %s %s: %s%s%s%s", verb, what, wimlib_get_error_string((enum wimlib_error_code)code),
                     *more ? " (" : "", more, *more ? ")" : "");
}

static int check_whole(const struct wim *wim) {
    if (wim->info.total_parts > 1)
        return say_error("%s is one part of a split WIM: join it first (wimlib-imagex join)", wim->called);
    if (wim->info.image_count == 0)
        return say_error("%s holds no image", wim->called);
    return 0;
}

struct wim *wim_open(const char *path, const char *called) {
    struct wim *wim = calloc(1, sizeof(*wim));

    if (!wim || !(wim->called = strdup(called))) {
        free(wim);
        say_error("out of memory");
        return NULL;
    }
    errno = 0;
    int error = wimlib_open_wim_with_progress(path, WIMLIB_OPEN_FLAG_CHECK_INTEGRITY, &wim->handle, wim_progress, NULL);
    if (error) {
        wim_fail(error, errno, "read", called);
    } else {
        wimlib_get_wim_info(wim->handle, &wim->info);
        if (check_whole(wim) == 0)
            return wim;
    }
    wim_close(wim);
    return NULL;
}

void wim_close(struct wim *wim) {
    if (!wim)
        return;
    wimlib_free(wim->handle);
    free(wim->called);
    free(wim);
}

unsigned wim_images(const struct wim *wim) {
    return wim->info.image_count;
}

static unsigned wim_number(struct wim *wim, unsigned image, const char *property) {
    const char *text = wimlib_get_image_property(wim->handle, (int)image, property);
    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

/* WINDOWS/ARCH of a WIM's XML: the numbers of PROCESSOR_ARCHITECTURE_*. */
static const char *arch_word(const char *text) {
    if (!text)
        return NULL;
    return strcmp(text, "0") == 0 ? "x86" : strcmp(text, "9") == 0 ? "amd64" : strcmp(text, "12") == 0 ? "arm64" : NULL;
}

static int wim_seen(const struct wimlib_dir_entry *entry, void *unused) {
    (void)entry;
    (void)unused;
    return 0;
}

bool wim_has(struct wim *wim, unsigned image, const char *path) {
    return wimlib_iterate_dir_tree(wim->handle, (int)image, path, 0, wim_seen, NULL) == 0;
}

int wim_describe(struct wim *wim, unsigned index, struct wim_image *ret) {
    const char *bytes = wimlib_get_image_property(wim->handle, (int)index, "TOTALBYTES");
    int error = wimlib_iterate_dir_tree(wim->handle, (int)index, "/", 0, wim_seen, NULL);

    if (error)
        return wim_fail(error, 0, "read", wim->called);
    *ret = (struct wim_image){
        .index = index,
        .name = wimlib_get_image_name(wim->handle, (int)index),
        .arch = arch_word(wimlib_get_image_property(wim->handle, (int)index, "WINDOWS/ARCH")),
        .version = {wim_number(wim, index, "WINDOWS/VERSION/MAJOR"), wim_number(wim, index, "WINDOWS/VERSION/MINOR"),
                    wim_number(wim, index, "WINDOWS/VERSION/BUILD")},
        .bytes = bytes ? strtoull(bytes, NULL, 10) : 0,
        .bootable = wim->info.boot_index == index,
        .winpe = wim_has(wim, index, "/Windows/System32/wpeinit.exe"),
        .setup = wim_has(wim, index, "/setup.exe"),
    };
    return 0;
}

int wim_choose(struct wim *wim, unsigned wanted, struct wim_image *ret) {
    unsigned count = wim->info.image_count, index = wanted ? wanted : wim->info.boot_index;

    if (wanted > count)
        return say_error("%s has no image %u: it holds %u (pxed-winpe --list shows them)", wim->called, wanted, count);
    if (index == 0 || index > count) {
        if (count > 1)
            return say_error("none of the %u images of %s is marked bootable: --image N says which (--list shows them)",
                             count, wim->called);
        index = 1;
    }
    if (wim_describe(wim, index, ret) != 0)
        return -1;
    if (!wim_has(wim, index, "/Windows/System32"))
        return say_error("image %u of %s has no \\Windows\\System32: no Windows", index, wim->called);
    if (!ret->winpe)
        return say_error(
            "image %u of %s is not WinPE: it lacks \\Windows\\System32\\wpeinit.exe (a whole system, such as "
            "install.wim, is applied by WinPE, not booted)",
            index, wim->called);
    return 0;
}

/* Moves the one file of `scratch`, whose name is spelt as in the image, to `to`. */
static int move_only(const char *scratch, const char *to) {
    DIR *dir = opendir(scratch);
    const struct dirent *entry;
    int result = -1, system = ENOENT;

    while (dir && result != 0 && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            result = renameat(dirfd(dir), entry->d_name, AT_FDCWD, to);
            system = errno;
        }
    if (dir)
        closedir(dir);
    return result == 0 ? 0 : say_error("cannot write %s: %s", to, strerror(system));
}

int wim_copy(struct wim *wim, unsigned image, const char *path, const char *scratch, const char *to) {
    errno = 0;
    int error = wimlib_extract_paths(wim->handle, (int)image, scratch, &path, 1,
                                     WIMLIB_EXTRACT_FLAG_NO_PRESERVE_DIR_STRUCTURE | WIMLIB_EXTRACT_FLAG_NO_ACLS |
                                         WIMLIB_EXTRACT_FLAG_NO_ATTRIBUTES);
    return error ? wim_fail(error, errno, "take boot files from", wim->called) : move_only(scratch, to);
}

static int wim_update(struct wim *wim, WIMStruct *out, const struct wim_add *adds, size_t n) {
    struct wimlib_update_command *commands = calloc(n ? n : 1, sizeof(*commands));

    if (!commands)
        return say_error("out of memory");
    for (size_t i = 0; i < n; i++) {
        commands[i].op = WIMLIB_UPDATE_OP_ADD;
        commands[i].add.fs_source_path = (char *)(size_t)adds[i].from;
        commands[i].add.wim_target_path = (char *)(size_t)adds[i].to;
        commands[i].add.add_flags = WIMLIB_ADD_FLAG_DEREFERENCE | WIMLIB_ADD_FLAG_NO_ACLS;
    }
    errno = 0;
    int error = wimlib_update_image(out, 1, commands, n, 0), system = errno;
    free(commands);
    return error ? wim_fail(error, system, "add files to", wim->called) : 0;
}

/* Makes a WIM of one image in memory: its data stays in the source until it is written. */
static int wim_assemble(struct wim *wim, unsigned image, const struct wim_add *adds, size_t n, WIMStruct **ret,
                        bool *ret_fits) {
    int type = wim->info.compression_type;

    *ret_fits = (type == WIMLIB_COMPRESSION_TYPE_LZX || type == WIMLIB_COMPRESSION_TYPE_XPRESS) &&
                wim->info.chunk_size == BOOT_CHUNK;
    if (!*ret_fits && type != WIMLIB_COMPRESSION_TYPE_NONE)
        type = WIMLIB_COMPRESSION_TYPE_LZX;
    int error = wimlib_create_new_wim((enum wimlib_compression_type)type, ret);
    if (!error && type != WIMLIB_COMPRESSION_TYPE_NONE)
        error = wimlib_set_output_chunk_size(*ret, BOOT_CHUNK);
    if (error)
        return wim_fail(error, 0, "make a WIM from", wim->called);
    wimlib_register_progress_function(*ret, wim_progress, NULL);
    errno = 0;
    error = wimlib_export_image(wim->handle, (int)image, *ret, NULL, NULL, WIMLIB_EXPORT_FLAG_BOOT);
    if (error)
        return wim_fail(error, 0, "read", wim->called);
    /* An image shared by two handles cannot be changed. The new one keeps the source's file open itself. */
    wimlib_free(wim->handle);
    wim->handle = NULL;
    return wim_update(wim, *ret, adds, n);
}

/* Data that is copied unchanged was not checked: damage in the source would remain unnoticed. */
static int wim_verify(const char *path, const char *called, const struct wim *source) {
    WIMStruct *made = NULL;

    say_step("checking %s", called);
    int error = wimlib_open_wim_with_progress(path, 0, &made, wim_progress, NULL);
    if (!error)
        error = wimlib_verify_wim(made, 0);
    wimlib_free(made);
    if (error == WIMLIB_ERR_INVALID_RESOURCE_HASH || error == WIMLIB_ERR_DECOMPRESSION)
        return say_error("%s is damaged: %s", source->called, wimlib_get_error_string((enum wimlib_error_code)error));
    return error ? wim_fail(error, errno, "check", called) : 0;
}

int wim_write(struct wim *wim, unsigned image, const struct wim_add *adds, size_t n, bool recompress, const char *to,
              const char *called) {
    WIMStruct *out = NULL;
    bool fits;
    int result = wim_assemble(wim, image, adds, n, &out, &fits);

    if (result == 0) {
        say_step("writing %s", called);
        int flags = recompress || !fits ? WIMLIB_WRITE_FLAG_RECOMPRESS : 0;
        errno = 0;
        int error = wimlib_write(out, to, WIMLIB_ALL_IMAGES, flags, 0), system = errno;
        if (error == WIMLIB_ERR_WRITE)
            result = wim_fail(error, system, "write", called);
        else if (error)
            result = wim_fail(error, 0, "read", wim->called);
    }
    wimlib_free(out);
    return result == 0 ? wim_verify(to, called, wim) : result;
}
