/* The plugin in a process of its own on loopback, in front of a core that knows a few names.
 *
 * Names:  /hello        bytes with tag and date          /file/NAME     a file of the test folder
 *         /extent       bytes 1000..5999 of file `big`   /later         bytes, 50 ms later
 *         /never        pending until cancelled          /echo          path, query and body, as asked
 *         /why/NUMBER   that reason                      /cgi/NAME      a script of the test folder
 *         /cgi-or/NAME  the same, with a fallback        /stats         what the plugin told the core so far
 *         /held/HOW/NAME   a file that settles: HOW is `go`, `ok` or `no` (50 ms later), `refuse` */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct served {
    char dir[64]; /* the test folder, made by served_start; world-readable */
    uint16_t port;
    uint16_t service_port; /* of the http/1 service, opened by its `listen` */
    char socket[96];       /* of the http/1 service, served with /service/now, /service/later, /service/never */
    const char *workers;   /* threads that send large files; NULL: none */
    pid_t pid;
};

void served_prepare(struct served *f); /* folder and port */
void served_start(struct served *f, const char *cgi_timeout_ms);
/* Stops by SIGTERM; returns the exit status. */
int served_stop(struct served *f);
