/* Sends the helper's reports to the daemon, which logs them; also the helper's clock. */
#include "helper_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "order.h"
#include "pxed/helper.h"

void smb_say(enum pxed_log_level level, const char *event, const char *mac, const char *format, ...) {
    char datagram[SMB_DATAGRAM_MAX], text[SMB_TEXT_MAX];
    struct smb_report report = {.level = (char)('0' + (int)level)};
    struct pxed_buf b = PXED_BUF(datagram), safe = PXED_BUF(report.text);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    snprintf(report.event, sizeof(report.event), "%s", event);
    snprintf(report.mac, sizeof(report.mac), "%s", mac ? mac : "");
    for (const char *c = text; *c; c++)
        pxed_buf_byte(&safe, (unsigned char)*c < ' ' ? ' ' : *c);
    pxed_buf_cstr(&safe);
    smb_report_write(&report, &b);
    /* If the daemon does not read, log lines are lost, but accounts must not wait. */
    pxed_helper_send(PXED_HELPER_SOCKET, datagram, b.len, NULL, 0, PXED_HELPER_NOW);
}

uint64_t smb_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
