/* One immutable generation of what the operator declared: settings, hosts, image rows, profiles, templates. Built as
 * a whole apart from the current one, swapped on reload, reference-counted. Nothing in it changes after
 * catalogue_build. */
#pragma once

#include <stdatomic.h>

#include "families.h"
#include "hostfile.h"
#include "inifile.h"
#include "plugins.h"
#include "profile.h"
#include "settings.h"

/* A plugin built for an older minor lacks the newer operations. */
#define CATALOGUE_HAS_OP(ops, member)                                                                                  \
    ((ops) && (ops)->size >= offsetof(typeof(*(ops)), member) + sizeof((ops)->member) && (ops)->member)

/* What a plugin found in an image: {{image.KEY}}. */
struct catalogue_fact {
    const char *key, *value;
};

/* A key of [os ID] for its plugin, or the name under which a boot program sees a file. */
struct catalogue_setting {
    const char *key, *value;
};

/* An OS id and what is known of it. */
struct catalogue_os {
    struct pxed_os_id id;
    const struct pxed_profile *profile; /* NULL: no plugin claims the id */
    const struct family *family;        /* the data the profile was made of; NULL: it is constant in its plugin */
    const struct pxed_claim *claim;
    const char *plugin;       /* its name: the templates' folder below share/pxed */
    const char *kernel;       /* of [os ID], below its folder; NULL: the profile's */
    const char *initrds[4];   /* of [os ID], with the kernel */
    const char *initrd_as[4]; /* words behind them, of a multiboot kernel's modules; NULL: none */
    size_t n_initrds;
    bool live;                          /* of [os ID]: it writes no disk, and boots at every power-on */
    const char *iso;                    /* of [os ID]: booted whole, by memdisk */
    enum profile_via via;               /* of [os ID] */
    const struct pxed_os_ops *ops;      /* of the plugin; NULL: no plugin claims the id */
    const void *config;                 /* the plugin's bound configuration */
    struct catalogue_setting *settings; /* keys of [os ID] that the plugin reads */
    size_t n_settings;
    struct catalogue_setting *as; /* file -> name, of the profile's rows */
    size_t n_as;
    struct catalogue_fact *facts;
    size_t n_facts;
    const struct pxed_file *answer; /* the profile's answer file, by the image's files when the generation was built */
    const struct os_secure *secure; /* os_secure.h; NULL: not known */
    const char *lacks; /* what was looked for in vain when the generation was built; NULL: it can be booted */
    const char *file;  /* where the id was first named */
    unsigned line;
};

/* The @FILE that a variable was read from. A list of them ends with a zeroed row. */
struct catalogue_from {
    const struct pxed_var *var;
    const char *file;
};

/* What few hosts have, beside the others: most of ten thousand have none of it. */
struct catalogue_rare {
    const char *answer;            /* absolute path of answer=, or NULL; its text is a template of the generation */
    const char *answer_text;       /* a sentence that names what is wrong with it */
    enum pxed_reason answer_wrong; /* why it cannot be delivered, or OK */
    bool answer_raw;               /* answer= is no template */
    /* Why this host cannot be installed while all others are in force; OK: it can. The text names the problem and its
     * place. */
    enum pxed_reason trouble;
    const char *trouble_text;
    const char *args_stop; /* a word of its args= with which its installer does not ask for its answer file, or NULL */
    const struct catalogue_from *from; /* of its line's variables; NULL: none is of a file */
};

struct catalogue_host {
    struct pxed_host pub; /* first: what plugins see */
    const struct catalogue_os *os;
    const struct catalogue_rare *rare; /* never NULL */
    bool guarded;                      /* its answer file holds the disk guard */
};

/* Of a host that has none of it. */
extern const struct catalogue_rare catalogue_rare_none;
/* The host's own, to be filled in while the generation is built. */
struct catalogue_rare *catalogue_rare(struct pxed_arena *arena, struct catalogue_host *h);

/* ISOs of one image, in the order in which they are searched for a file: iso.h. */
struct catalogue_iso_item {
    const char *name;  /* below /boot: os/ID/NAME.iso, or os/NAME.iso */
    const char *path;  /* absolute */
    struct iso *index; /* NULL: unreadable, see `why` */
    const char *why;
    bool foreign; /* not a file system: only memdisk can boot it */
};

struct catalogue_isos {
    struct pxed_slice id; /* of the image */
    struct catalogue_iso_item *items;
    size_t n, n_left; /* n_left: number of ISOs not read because there are too many */
    bool named;       /* by [os ID] iso */
};

struct catalogue_template {
    const char *path; /* absolute */
    struct pxed_slice text;
};

struct image_base;
struct image_names;
struct loaders;
struct private_set;

struct catalogue {
    atomic_uint refs;
    uint64_t serial; /* no other generation of this process has it */
    struct pxed_arena arena;
    void *config; /* owns what `settings` points into; freed with the generation */
    void (*config_free)(void *config);
    struct settings settings;
    struct pxed_site site;
    struct pxed_slice ca;     /* text of site.ca; unset: there is none */
    int root_fd;              /* root, for opening below it as serving does; -1: it cannot be opened */
    const char *root_real;    /* root without links; NULL: it is missing */
    struct image_base *bases; /* the folders of images, in the order in which they are searched: image_base.h */
    size_t n_bases;
    const struct image_base *tftp; /* root/tftp, for names in another case */
    struct image_names *names;     /* names in them, in any case: image_names.h */
    struct pxed_net *nets;         /* nets.h */
    size_t n_nets;
    struct site_url *urls; /* site_url.h; the first one is the default */
    size_t n_urls;
    const char *base; /* of the default */
    const char *boot_dir, *tftp_dir;
    struct catalogue_host *hosts;
    size_t n_hosts, n_without_ip;
    uint32_t *by_mac, *by_ip; /* open addressing: index + 1 */
    size_t table;             /* slots, a power of two */
    struct catalogue_os **systems;
    size_t n_systems;
    struct families families;
    struct catalogue_isos *isos;
    size_t n_isos;
    const char **iso_names; /* `iso` of every [os ID]: files beside the images that are meant to be served */
    size_t n_iso_names;
    struct catalogue_template *templates;
    size_t n_templates;
    const char **private_files; /* real paths that are never served: ini, host files, answer files, state/ */
    size_t n_private;
    bool private_inside; /* one of them lies in a served folder, so the path of each opened file is checked */
    struct private_set *private_set; /* their inodes: private_set.h */
    const struct pxed_iface *ifaces;
    size_t n_ifaces;
    struct pxed_share_site share; /* how machines reach their staged files */
    struct pxed_arena loaders_arena;
    const struct loaders *loaders; /* the boot loaders at hand: loaders.h; NULL: not looked for at this depth */
    const char *share_dir;         /* absolute; NULL: no files are staged */
    bool writes_pxelinux_cfg;
};

struct catalogue *catalogue_ref(struct catalogue *c);
void catalogue_unref(struct catalogue *c);

const struct catalogue_host *catalogue_find(const struct catalogue *c, const struct pxed_hwaddr *mac);
const struct catalogue_host *catalogue_find_ip(const struct catalogue *c, const struct pxed_addr *ip);
/* The @FILE that a variable of this host was read from, or NULL. */
const char *catalogue_from(const struct catalogue_host *h, const struct pxed_var *v);
/* Finds an id, preferring the exact spelling, else ignoring case. NULL: unknown to this generation. */
const struct catalogue_os *catalogue_os(const struct catalogue *c, struct pxed_slice id);
/* The setting of this key, or NULL. */
const char *catalogue_setting(const struct catalogue_os *os, const char *key);
/* The prefix of the plugin's derived values, or NULL: it has none. */
const char *catalogue_prefix(const struct catalogue_os *os);
/* The fact of this key, or NULL. */
const char *catalogue_fact(const struct catalogue_os *os, const char *key);
/* Text of a template by absolute path; unset if it is not part of this generation. Lives as long as the generation. */
struct pxed_slice catalogue_text(const struct catalogue *c, const char *path);
/* The name below /boot that a row's pattern gives a machine; NULL: the row has no pattern. `mac`: with hyphens. */
const char *catalogue_row_path(struct pxed_arena *arena, const struct pxed_file *row, const char *mac);
/* Path of a profile's own template. */
const char *catalogue_template_path(struct pxed_arena *arena, const char *plugin, const char *source);

/* Is root/boot/NAME a regular file that can be opened below root? */
bool catalogue_boot_file(const struct catalogue *c, const char *name);
/* Can loaders request this name: no blank, and nothing that splits a URL. */
bool catalogue_name_speakable(struct pxed_slice name);
