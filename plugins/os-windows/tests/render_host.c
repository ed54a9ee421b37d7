/* Renders what one armed host gets, as the daemon does, with facts of an image that need not exist.
 * usage: render_host OUT 'HOST LINE' [WORD=VALUE...]      firmware=efi-x64 right=any closed=1 fact:KEY=VALUE
 *        share:published=1 share:guest=1 share:user=U share:password=P
 * Writes OUT/<mac>/NAME (STAGED), OUT/inject/NAME (INJECT), OUT/NAME (the others); RAW rows are the caller's. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "site.h"

enum { FACTS_MAX = 32 };

struct job {
    struct site site;
    struct catalogue_fact facts[FACTS_MAX];
    size_t n_facts;
    struct pxed_share_site share;
    enum pxed_firmware firmware;
    enum lifecycle_right right;
    bool closed;
};

static void fail(const char *what, const char *text) {
    fprintf(stderr, "%s: %s\n", what, text);
    exit(1);
}

static void take(struct job *j, char *word) {
    char *value = strchr(word, '=');
    if (!value)
        fail("no value", word);
    *value++ = '\0';
    if (strcmp(word, "firmware") == 0 && pxed_firmware_parse(pxed_slice_of(value), &j->firmware))
        return;
    if (strcmp(word, "right") == 0)
        j->right = strcmp(value, "any") == 0 ? LIFECYCLE_ANY : LIFECYCLE_BLANK;
    else if (strcmp(word, "closed") == 0)
        j->closed = true;
    else if (strncmp(word, "fact:", 5) == 0 && j->n_facts < FACTS_MAX)
        j->facts[j->n_facts++] = (struct catalogue_fact){word + 5, value};
    else if (strcmp(word, "share:published") == 0)
        j->share.published = true;
    else if (strcmp(word, "share:guest") == 0)
        j->share.guest = true;
    else if (strcmp(word, "share:user") == 0)
        j->share.user = value;
    else if (strcmp(word, "share:password") == 0)
        j->share.password = value;
    else
        fail("unknown word", word);
}

static void put(const char *folder, const char *sub, const char *name, struct pxed_slice text) {
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, sub);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/%s%s%s", folder, sub, *sub ? "/" : "", name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text.ptr, 1, text.len, file) != text.len || fclose(file) != 0)
        fail("cannot write", path);
}

static void write_files(struct job *j, const char *out) {
    const struct catalogue_host *host = site_host(&j->site, NULL);
    struct render r = site_render(&j->site, host, j->right);
    struct lifecycle_record record = *r.record;
    char mac[PXED_MAC_TEXT];
    record.firmware = j->firmware;
    record.has_firmware = true;
    if (j->closed)
        record.state = LIFECYCLE_INSTALLED;
    r.record = &record;
    pxed_mac_text(&host->pub.macs[0], "-", mac);
    for (const struct pxed_file *f = host->os->profile->files; f->name; f++) {
        if ((f->flags & PXED_FILE_RAW) || (j->closed && !(f->flags & PXED_FILE_CLOSED)))
            continue;
        struct pxed_slice text = render_file(&r, f);
        if (!text.ptr)
            fail("cannot render", f->name);
        if (f->flags & PXED_FILE_STAGED)
            put(out, mac, f->name, text);
        if (f->flags & PXED_FILE_INJECT)
            put(out, "inject", f->name, text);
        if (!(f->flags & (PXED_FILE_STAGED | PXED_FILE_INJECT)))
            put(out, "", f->name, text);
    }
}

int main(int n, char **args) {
    static struct job j = {.firmware = PXED_FW_BIOS, .right = LIFECYCLE_BLANK};
    if (n < 3)
        fail("usage", "render_host OUT 'HOST LINE' [WORD=VALUE...]");
    for (int i = 3; i < n; i++)
        take(&j, args[i]);
    site_open(&j.site);
    const char *said = site_build(&j.site, "plugins = os-windows\n", "[os-windows]\nshare = media\n", args[2]);
    if (!j.site.catalogue)
        fail("the host line is refused", said);
    struct catalogue_os *os = (struct catalogue_os *)(uintptr_t)site_host(&j.site, NULL)->os;
    os->facts = j.facts;
    os->n_facts = j.n_facts;
    j.site.catalogue->share = j.share;
    mkdir(args[1], 0755);
    write_files(&j, args[1]);
    site_close(&j.site);
    return 0;
}
