/* guard RULE RIGHT OUTFILE: the disk guard. Reads disks, writes OUTFILE and OUTFILE.txt. */
#include "verb_guard.h"

#include "disks_win.h"
#include "files_win.h"
#include "pe.h"

#include <stdarg.h>
#include <stdio.h>
#include <windows.h>

enum { NAMES_MOST = 12 };

static char report[16384]; /* what goes to the screen and OUTFILE.txt */
static size_t report_len;

static void verb_guard_say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t room = sizeof(report) - report_len;
    int n = vsnprintf(report + report_len, room, format, args);
    va_end(args);
    report_len += n >= 0 && (size_t)n < room ? (size_t)n : room - 1; /* msvcrt's says -1 if it was cut */
    report[report_len] = '\0';
}

static unsigned long verb_guard_megabytes(const struct guard_disk *disk) {
    uint64_t mb = disk->bytes / 1000000;
    return mb > 0xffffffffu ? 0xffffffffu : (unsigned long)mb;
}

static void verb_guard_list(const struct guard_disk *disks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct guard_disk *d = &disks[i];
        verb_guard_say("disk %u: ", d->number);
        if (d->bytes == 0)
            verb_guard_say("size unknown");
        else
            verb_guard_say("%lu MB", verb_guard_megabytes(d));
        verb_guard_say(" %s %s serial:%s wwn:%s %s\r\n", guard_bus_name(d->bus), guard_kind_name(guard_kind(d)),
                       d->serials.count > 0 ? d->serials.text[0] : "", d->wwns.count > 0 ? d->wwns.text[0] : "",
                       d->model);
    }
    if (count == 0)
        verb_guard_say("no disk was found: its driver may be missing\r\n");
}

static void verb_guard_explain(enum guard_reason reason, const char *rule) {
    switch (reason) {
    case GUARD_NONE:
        verb_guard_say("no disk that is neither removable nor remote:\r\n");
        break;
    case GUARD_NOT_FOUND:
        verb_guard_say("disk=%.100s fits none of these:\r\n", rule);
        break;
    case GUARD_AMBIGUOUS:
        verb_guard_say(
            "several disks, or one of which Windows does not tell whether it is local; name one with disk=:\r\n");
        break;
    case GUARD_UNREADABLE:
    case GUARD_NOT_BLANK:
    case GUARD_OK:
        break;
    }
}

static enum guard_reason verb_guard_examine(const struct guard_disk *disk, bool any) {
    const char *names[NAMES_MOST];
    struct signature_disk ends;
    size_t finds = 0;
    bool readable = disk->bytes > 0 && disks_read_ends(disk, &ends);
    if (readable && !any)
        finds = signature_find(&ends, names, NAMES_MOST);
    enum guard_reason reason = guard_judge(disk, any, readable, finds);
    if (reason == GUARD_UNREADABLE)
        verb_guard_say("disk %u cannot be read:\r\n", disk->number);
    if (reason == GUARD_NOT_BLANK) {
        verb_guard_say("disk %u is not blank:", disk->number);
        for (size_t i = 0; i < finds && i < NAMES_MOST; i++)
            verb_guard_say(" %s", names[i]);
        verb_guard_say("\r\n");
    }
    if (reason == GUARD_OK)
        verb_guard_say("disk %u, right %s\r\n", disk->number, any ? "any" : "blank");
    return reason;
}

static bool write_file(const char *path, const char *text, size_t len) {
    struct file_out out;
    return file_begin(&out, path) && file_done(&out, file_write(&out, pxed_slice(text, len)));
}

int verb_guard(int n, char **args) {
    static struct guard_disk disks[GUARD_DISKS];
    (void)n;
    const char *path = args[2];
    char log[512], line[64];
    int len = snprintf(log, sizeof(log), "%s.txt", path);
    if (len < 0 || (size_t)len >= sizeof(log))
        return EXIT_USAGE;
    DeleteFileA(path); /* so that an old verdict is not taken for this one */
    DeleteFileA(log);
    bool any = strcmp(args[1], "any") == 0; /* anything else means blank */
    size_t count = disks_list(disks, GUARD_DISKS), index = 0;
    enum guard_reason reason = guard_choose(pxed_slice_of(args[0]), disks, count, &index);
    verb_guard_explain(reason, args[0]);
    if (reason == GUARD_OK)
        reason = verb_guard_examine(&disks[index], any);
    verb_guard_list(disks, count);
    printf("%s", report); /* always ends in a zero byte */
    if (reason == GUARD_OK)
        len = snprintf(line, sizeof(line), "set PXED_DISK=%u\r\n", disks[index].number);
    else
        len = snprintf(line, sizeof(line), "set PXED_REASON=%s\r\n", guard_reason_name(reason));
    write_file(log, report, report_len); /* for people only: an error was printed */
    if (len < 0 || !write_file(path, line, (size_t)len))
        return EXIT_WRITE;
    return reason == GUARD_OK ? EXIT_DONE : EXIT_NO;
}
