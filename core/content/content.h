/* The namespace: one name, one meaning, for TFTP and HTTP alike. Decides who answers; one file per kind. */
#pragma once

#include "content_wait.h"

/* False: `later` will be called. */
bool content_open_now(struct daemon *d, const struct pxed_request *request, struct opening *o);
void content_cgi_failed(struct daemon *d, struct pxed_content *content, const char *why);
