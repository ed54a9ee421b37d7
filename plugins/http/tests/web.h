/* Sockets and curl against the served plugin: what its tests share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "served.h"

enum { BIG = 9 * 1024 * 1024 + 123 }; /* bytes of the file `big` */

extern struct served served;

double web_seconds(void);
void web_put(const char *name, mode_t mode, const char *text);
void web_start_with(const char *timeout);
void web_start(void);
void web_start_workers(void); /* large files are sent by two threads */
void web_stop(void);
int web_tcp(void);
int web_unix(void);
void web_say(int fd, const char *text);
/* Reads one answer; its body's length is Content-Length unless `head`. Returns the status, 0 at the end. */
int web_hear(int fd, bool head, char *body, size_t cap, char *headers);
int web_ask(const char *path, char *body, size_t cap, char *headers);
long web_stat(const char *key);
void web_why(char *ret, size_t cap);
/* The output of a shell command; $U is the server's URL, $D the test folder. */
void web_shell(const char *command, char *out, size_t cap);
