/* One immutable generation of what the operator declared: settings, hosts, images' rows, profiles, templates. Built
 * whole, off to the side, swapped on reload, released by count. Nothing in it changes after catalogue_build. */
#pragma once

#include <stdatomic.h>

#include "hostfile.h"
#include "inifile.h"
#include "plugins.h"
#include "profile.h"
#include "settings.h"

/* What knows an OS id. */
struct catalogue_os {
    struct pxed_os_id id;
    const struct pxed_profile *profile; /* NULL: nobody claims it */
    const struct pxed_claim *claim;
    const char *plugin;          /* its name: the templates' folder below share/pxed */
    const char *kernel, *initrd; /* of [os ID], below its folder; NULL: the profile's */
    const char *iso;             /* of [os ID]: booted whole, by memdisk */
    const char *file;            /* where the id was first named */
    unsigned line;
};

struct catalogue_host {
    struct pxed_host pub; /* first: what plugins see */
    const struct catalogue_os *os;
    const char *answer; /* absolute path of an operator's own answer file, or NULL */
    bool guarded;       /* its answer file holds the disk guard */
};

struct catalogue_template {
    const char *path; /* absolute */
    struct pxed_slice text;
};

struct catalogue {
    atomic_uint refs;
    struct pxed_arena arena;
    void *config; /* what `settings` points into; freed with the generation */
    void (*config_free)(void *config);
    struct settings settings;
    struct pxed_site site;
    const char *url;  /* http://pxe-server or http://pxe-server:8080 */
    const char *base; /* url + "/boot/" */
    const char *boot_dir, *tftp_dir;
    struct catalogue_host *hosts;
    size_t n_hosts;
    uint32_t *by_mac, *by_ip; /* open addressing: index + 1 */
    size_t table;             /* slots, a power of two */
    struct catalogue_os **systems;
    size_t n_systems;
    struct catalogue_template *templates;
    size_t n_templates;
    const char **private_files; /* real paths that are never served: ini, host files, answer files, state/ */
    size_t n_private;
    bool private_inside; /* one of them lies where served files lie: each opened file's path is looked at */
    const struct pxed_iface *ifaces;
    size_t n_ifaces;
};

/* What a build is made from. The ini is bound: catalogue_build reads [os ...], [group ...], [defaults] from it. */
struct catalogue_input {
    struct ini *ini;
    const struct settings *settings;
    const struct plugins *plugins;
    const struct pxed_iface *ifaces; /* may be none in `check` */
    size_t n_ifaces;
    const char *hosts_from; /* instead of settings->hosts: the last good table; NULL otherwise */
};

/* NULL when there were errors in the hosts or sections. Warnings alone give a catalogue. One reference is the caller's.
 */
struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags);
struct catalogue *catalogue_ref(struct catalogue *c);
void catalogue_unref(struct catalogue *c);

const struct catalogue_host *catalogue_find(const struct catalogue *c, const struct pxed_hwaddr *mac);
const struct catalogue_host *catalogue_find_ip(const struct catalogue *c, const struct pxed_addr *ip);
/* An OS id that was installed but is in no line any more is looked up too. NULL: unknown to this generation. */
const struct catalogue_os *catalogue_os(const struct catalogue *c, struct pxed_slice id);
/* Makes what catalogue_build would have made for an OS id that no line names (pxed arm --os). Never NULL for a valid
 * id. */
const struct catalogue_os *catalogue_os_make(const struct plugins *plugins, struct pxed_slice id,
                                             struct pxed_arena *arena);
/* Text of a template by absolute path; unset if it is not part of this generation. */
struct pxed_slice catalogue_text(const struct catalogue *c, const char *path);
/* Where a profile's own template lies. */
const char *catalogue_template_path(struct pxed_arena *arena, const char *plugin, const char *source);

/* The ISO's name below /boot: in the id's own folder, else in boot/os. Unset slice when it is missing. */
struct pxed_slice catalogue_iso(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena);

/* Is there such a file in the image's folder? `ctx` is a struct catalogue_image. */
struct catalogue_image {
    const struct catalogue *catalogue;
    struct pxed_slice os;
};
bool catalogue_image_has(void *ctx, const char *file);
