/* One immutable generation of what the operator declared: settings, hosts, images' rows, profiles, templates. Built
 * whole, off to the side, swapped on reload, released by count. Nothing in it changes after catalogue_build. */
#pragma once

#include <stdatomic.h>

#include "hostfile.h"
#include "inifile.h"
#include "plugins.h"
#include "profile.h"
#include "settings.h"

/* A plugin built for an older minor lacks the newer operations. */
#define CATALOGUE_HAS_OP(ops, member)                                                                                  \
    ((ops) && (ops)->size >= offsetof(struct pxed_os_ops, member) + sizeof((ops)->member) && (ops)->member)

/* What a plugin found in an image: {{image.KEY}}. */
struct catalogue_fact {
    const char *key, *value;
};

/* What [os ID] says for a key of its plugin; or the name under which a boot program finds a file. */
struct catalogue_setting {
    const char *key, *value;
};

/* What knows an OS id. */
struct catalogue_os {
    struct pxed_os_id id;
    const struct pxed_profile *profile; /* NULL: nobody claims it */
    const struct pxed_claim *claim;
    const char *plugin;     /* its name: the templates' folder below share/pxed */
    const char *kernel;     /* of [os ID], below its folder; NULL: the profile's */
    const char *initrds[4]; /* of [os ID], with the kernel */
    size_t n_initrds;
    bool live;                          /* of [os ID]: it writes no disk, and boots at every power-on */
    const char *iso;                    /* of [os ID]: booted whole, by memdisk */
    enum profile_via via;               /* of [os ID] */
    const struct pxed_os_ops *ops;      /* of the plugin; NULL: nobody claims it */
    const void *config;                 /* the plugin's own, bound */
    struct catalogue_setting *settings; /* of [os ID], for the plugin that looks into the image */
    size_t n_settings;
    struct catalogue_setting *as; /* file -> name, of the profile's rows */
    size_t n_as;
    struct catalogue_fact *facts;
    size_t n_facts;
    const char *file; /* where the id was first named */
    unsigned line;
};

struct catalogue_host {
    struct pxed_host pub; /* first: what plugins see */
    const struct catalogue_os *os;
    const char *answer;            /* absolute path of answer=, or NULL; its text is a template of the generation */
    enum pxed_reason answer_wrong; /* why it cannot be delivered, or OK; and a sentence that names it */
    const char *answer_text;
    bool guarded;      /* its answer file holds the disk guard */
    const char **from; /* of each variable, the @FILE it was read from, or NULL */
    /* What keeps this one host from being installed while all others are in force; OK: nothing. The text says what and
     * where. */
    enum pxed_reason trouble;
    const char *trouble_text;
};

/* ISOs of one image, in the order in which they are asked for a file: iso.h. */
struct catalogue_iso_item {
    const char *name;  /* below root/boot: os/ID/NAME.iso, or os/NAME.iso */
    struct iso *index; /* NULL: it cannot be read, `why` */
    const char *why;
    bool foreign; /* no medium with files: for memdisk alone */
};

struct catalogue_isos {
    struct pxed_slice id; /* of the image */
    struct catalogue_iso_item *items;
    size_t n, n_left; /* n_left: too many, not looked into */
    bool named;       /* by [os ID] iso */
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
    int root_fd;          /* root, for opening below it as serving does; -1: it cannot be opened */
    const char **folders; /* names in root/boot/os when the generation was built */
    size_t n_folders;
    const char *url;  /* http://pxe-server or http://pxe-server:8080 */
    const char *base; /* url + "/boot/" */
    const char *boot_dir, *tftp_dir;
    struct catalogue_host *hosts;
    size_t n_hosts;
    uint32_t *by_mac, *by_ip; /* open addressing: index + 1 */
    size_t table;             /* slots, a power of two */
    struct catalogue_os **systems;
    size_t n_systems;
    struct catalogue_isos *isos;
    size_t n_isos;
    struct catalogue_template *templates;
    size_t n_templates;
    const char **private_files; /* real paths that are never served: ini, host files, answer files, state/ */
    size_t n_private;
    bool private_inside; /* one of them lies where served files lie: each opened file's path is looked at */
    const struct pxed_iface *ifaces;
    size_t n_ifaces;
    struct pxed_share_site share; /* how machines reach what is staged for them */
    const char *share_dir;        /* absolute; NULL: nothing is staged */
    bool writes_pxelinux_cfg;
};

struct catalogue *catalogue_ref(struct catalogue *c);
void catalogue_unref(struct catalogue *c);

const struct catalogue_host *catalogue_find(const struct catalogue *c, const struct pxed_hwaddr *mac);
const struct catalogue_host *catalogue_find_ip(const struct catalogue *c, const struct pxed_addr *ip);
/* The id as it is written there, else in any case. NULL: unknown to this generation. */
const struct catalogue_os *catalogue_os(const struct catalogue *c, struct pxed_slice id);
/* The setting of that key, or NULL. */
const char *catalogue_setting(const struct catalogue_os *os, const char *key);
/* The name that the plugin's derived values begin with, or NULL: it has none. */
const char *catalogue_prefix(const struct catalogue_os *os);
/* The fact of that key, or NULL. */
const char *catalogue_fact(const struct catalogue_os *os, const char *key);
/* Text of a template by absolute path; unset if it is not part of this generation. */
struct pxed_slice catalogue_text(const struct catalogue *c, const char *path);
/* The name below /boot that a row's pattern gives a machine; NULL: the row has none. `mac`: with hyphens. */
const char *catalogue_row_path(struct pxed_arena *arena, const struct pxed_file *row, const char *mac);
/* Where a profile's own template lies. */
const char *catalogue_template_path(struct pxed_arena *arena, const char *plugin, const char *source);

/* Can root/boot/NAME be served: is it a regular file that can be opened below root? False with errno: EXDEV where a
 * link leads out. */
struct stat;
bool catalogue_boot_file(const struct catalogue *c, const char *name, struct stat *ret_stat);
/* Can loaders take this name: no blank, and nothing that splits a URL. */
bool catalogue_name_speakable(struct pxed_slice name);
