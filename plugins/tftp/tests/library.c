/* What the tests of the whole plugin ask for, and how. */
#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "suite.h"

uint16_t port;

struct name library[LIBRARY_NAMES] = {
    {.name = "small", .bytes = {"hello", 5}},
    {.name = "empty"},
    {.name = "empty-file", .file = true, .bytes = {"", 0}},
    {.name = "held", .heard = true, .settle = true, .bytes = {"secret", 6}},
    {.name = "text", .bytes = {TEXT, sizeof(TEXT) - 1}},
    {.name = "text-file", .file = true, .bytes = {TEXT, sizeof(TEXT) - 1}},
    {.name = "late", .late = true, .bytes = {"at last", 7}},
    {.name = "late-missing", .late = true, .reason = PXED_WHY_NOT_FOUND},
    {.name = "private", .reason = PXED_WHY_PRIVATE_FILE},
    {.name = "not-yours", .reason = PXED_WHY_NOT_YOUR_FILE},
    {.name = "broken", .reason = PXED_WHY_TEMPLATE_BROKEN},
    {.name = "no-image", .reason = PXED_WHY_NO_IMAGE},
    {.name = "home.sh", .kind = PXED_CONTENT_CGI, .bytes = {"#!/bin/sh", 9}},
    {.name = "four-o-four", .status = 404, .bytes = {"not here", 8}},
    {.name = "shrunk", .file = true, .lie = 600, .bytes = {NULL, 5000}},
    {.name = "big", .bytes = {NULL, BIG}},
    {.name = "big-file", .file = true, .bytes = {NULL, BIG}},
    {.name = "middle", .file = true, .bytes = {NULL, 70000 * 8}}, /* the block number rolls over */
    {.name = "exact", .file = true, .bytes = {NULL, 1024}},
    {.name = "lines", .bytes = {NULL, 200000}},
    {.name = "lines-file", .file = true, .bytes = {NULL, 200000}},
};

struct pxed_slice library_bytes(const char *name) {
    for (size_t i = 0; i < COUNT(library); i++) {
        if (strcmp(library[i].name, name) == 0)
            return library[i].bytes;
    }
    ck_abort_msg("%s", name);
}

void library_open(void) {
    static char lines[200000];
    for (size_t i = 0; i < sizeof(lines); i++)
        lines[i] = i % 3 == 0 ? '\n' : i % 7 == 0 ? '\r' : (char)('a' + i % 26);
    for (size_t i = 0; i < COUNT(library); i++) {
        if (!library[i].bytes.ptr && library[i].bytes.len > 0)
            library[i].bytes.ptr =
                strncmp(library[i].name, "lines", 5) == 0 ? lines : names_bytes(library[i].bytes.len).ptr;
    }
    port = names_open(library, COUNT(library), 0, 0);
}

void library_open_single(void) {
    names_single_port = true;
    library_open();
}

void library_close(void) {
    names_close();
}

struct client library_get(struct client c) {
    c.port = port;
    fake_core_serve(&fake, client_get, &c);
    return c;
}

void library_expect(const struct client *c, struct pxed_slice expected) {
    ck_assert_msg(c->done, "error %d %s", c->error, c->text);
    ck_assert_uint_eq(c->n, expected.len);
    ck_assert(pxed_slice_eq(pxed_slice(c->bytes, c->n), expected));
}

int library_request(int fd, const char *name, const char *options) {
    char packet[600];
    client_send(fd, port, pxed_slice(packet, client_request(packet, name, "octet", options)));
    return fd;
}

/* What arrives within a moment of serving: the opcode and number of each packet. */
const char *library_heard(int fd) {
    static char text[512];
    char packet[66000];
    uint16_t from;
    int n;
    text[0] = '\0';
    fake_core_run(&fake, 30);
    while ((n = client_receive(fd, 0, packet, sizeof(packet), &from)) >= 4) {
        size_t at = strlen(text);
        int number = (uint8_t)packet[2] << 8 | (uint8_t)packet[3];
        snprintf(text + at, sizeof(text) - at, packet[1] == 6 ? "oack " : packet[1] == 3 ? "%d " : "error%d ", number);
    }
    return text;
}
