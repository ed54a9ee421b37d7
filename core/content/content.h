/* The namespace: a name means the same over TFTP and HTTP. Chooses who answers; one file per kind of content. */
#pragma once

#include "content_wait.h"

/* True: o->reason and o->content are set. False: `later` will be called. */
bool content_open_now(struct daemon *d, const struct pxed_request *request, struct opening *o);
void content_cgi_failed(struct daemon *d, struct pxed_content *content, const char *why);
