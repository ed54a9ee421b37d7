/* What the tests of the whole plugin ask for, and how. */
#pragma once

#include "client.h"
#include "names.h"

#define TEXT         "one\ntwo\rthree\r\n\n"
#define TEXT_ON_WIRE "one\r\ntwo\r\0three\r\0\r\n\r\n"

enum { BIG = 3 << 20 };

enum { LIBRARY_NAMES = 21 };
extern struct name library[LIBRARY_NAMES];
extern uint16_t port; /* of the plugin */

struct pxed_slice library_bytes(const char *name);
void library_open(void);
void library_open_single(void); /* with single-port */
void library_close(void);
struct client library_get(struct client c);
void library_expect(const struct client *c, struct pxed_slice expected);
int library_request(int fd, const char *name, const char *options);
/* What arrives within a moment of serving: the opcode and number of each packet. */
const char *library_heard(int fd);
