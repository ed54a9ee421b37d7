/* Which values Windows accepts. Each function returns the error as a sentence, or NULL; no sentence repeats the
 * value. */
#pragma once

#include "pxed/slice.h"

enum { WIN_NAME_MAX = 15, WIN_PASSWORD_MAX = 127, WIN_USER_MAX = 20, WIN_TEXT_MAX = 255 };

/* Computer name: NetBIOS. */
const char *win_name_wrong(struct pxed_slice name);
const char *win_password_wrong(struct pxed_slice password);
/* Any other text of an answer file. */
const char *win_text_wrong(struct pxed_slice text);
/* Texts that sysprep.inf cannot contain, in addition to the above; `password` also may not be the word for an empty
 * one. */
const char *win_inf_wrong(struct pxed_slice text, bool password);
const char *win_product_key_wrong(struct pxed_slice key);
/* A local account for Setup to create, on the machine of that name. */
const char *win_user_wrong(struct pxed_slice user, struct pxed_slice machine);
const char *win_workgroup_wrong(struct pxed_slice workgroup);
/* "user", "LAB\user" or "user@lab.test". */
const char *win_join_user_wrong(struct pxed_slice user);
/* disk= in the forms that WinPE supports. */
const char *win_disk_wrong(struct pxed_slice disk);

/* Splits a join-user into account and domain; the domain is unset if it has none. */
struct pxed_slice win_join_account(struct pxed_slice user, struct pxed_slice *ret_domain);
/* The n-th (from 0) IPv4 address of a blank- or comma-separated list; unset when there is none. */
struct pxed_slice win_ipv4(struct pxed_slice list, size_t n);
