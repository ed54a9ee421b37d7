/* Opens ISOs: each is read once, and its index is shared by all users. */
#include "iso.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "iso_9660.h"
#include "iso_bridge.h"
#include "iso_reader.h"
#include "iso_record.h"

/* --- life --- */

static struct {
    pthread_mutex_t lock;
    struct iso *first;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool iso_is(const struct iso *iso, const struct stat *st) {
    return iso->st.st_dev == st->st_dev && iso->st.st_ino == st->st_ino && iso->st.st_size == st->st_size &&
           iso->st.st_mtim.tv_sec == st->st_mtim.tv_sec && iso->st.st_mtim.tv_nsec == st->st_mtim.tv_nsec;
}

struct iso *iso_ref(struct iso *iso) {
    atomic_fetch_add(&iso->refs, 1);
    return iso;
}

static void free_iso(struct iso *iso) {
    pxed_arena_clear(&iso->arena);
    free(iso->files);
    free(iso);
}

/* Under the lock, so that no thread takes an index from the cache that is being freed. */
void iso_unref(struct iso *iso) {
    if (!iso)
        return;
    pthread_mutex_lock(&cache.lock);
    bool last = atomic_fetch_sub(&iso->refs, 1) == 1;
    for (struct iso **at = &cache.first; last && *at; at = &(*at)->next)
        if (*at == iso) {
            *at = iso->next;
            break;
        }
    pthread_mutex_unlock(&cache.lock);
    if (last)
        free_iso(iso);
}

static struct iso *find_cached(const struct stat *st) {
    pthread_mutex_lock(&cache.lock);
    struct iso *found = cache.first;
    while (found && !iso_is(found, st))
        found = found->next;
    if (found)
        iso_ref(found);
    pthread_mutex_unlock(&cache.lock);
    return found;
}

static void iso_keep(struct iso *iso) {
    pthread_mutex_lock(&cache.lock);
    iso->next = cache.first;
    cache.first = iso;
    pthread_mutex_unlock(&cache.lock);
}

static void start_over(struct iso *iso) {
    pxed_arena_clear(&iso->arena);
    iso->n = iso->entries = iso->n_notes = 0;
    iso->links = false;
}

/* Which file systems a volume declares: ECMA-167 2/9 (NSR) and ECMA-119 (CD001), in the sectors from 16 on. */
static void iso_probe(const struct iso_build *b, bool *ret_udf, bool *ret_9660) {
    char id[6];
    *ret_udf = *ret_9660 = false;
    for (uint64_t sector = 16; sector < 64 && iso_read(b, id, sizeof(id), sector * ISO_SECTOR); sector++) {
        *ret_udf |= memcmp(id + 1, "NSR02", 5) == 0 || memcmp(id + 1, "NSR03", 5) == 0;
        *ret_9660 |= memcmp(id + 1, "CD001", 5) == 0;
    }
}

/* UDF first: in the ISO 9660 tree of Microsoft's media there is only a readme.txt. */
static enum iso_error iso_fill(struct iso_build *b) {
    bool udf, plain;
    char udf_why[ISO_WHY_MAX] = "";
    iso_probe(b, &udf, &plain);
    if (!udf && !plain) {
        snprintf(b->why, ISO_WHY_MAX, "it holds neither ISO 9660 nor UDF");
        return ISO_FOREIGN;
    }
    if (udf && iso_reader_udf(b)) {
        if (plain)
            iso_bridge_links(b);
        return ISO_OK;
    }
    if (udf)
        snprintf(udf_why, sizeof(udf_why), "%s", b->why);
    start_over(b->iso);
    if (!plain || !iso_9660_read(b))
        return ISO_DAMAGED;
    if (*udf_why)
        iso_note(b, "its UDF", udf_why);
    return ISO_OK;
}

struct iso *iso_get(int fd, enum iso_error *ret_error, char why[ISO_WHY_MAX]) {
    struct stat st;
    *why = '\0';
    if (fstat(fd, &st) < 0) {
        *ret_error = ISO_UNREADABLE;
        snprintf(why, ISO_WHY_MAX, "%s", strerror(errno));
        return NULL;
    }
    struct iso *iso = find_cached(&st);
    *ret_error = ISO_OK;
    if (iso)
        return iso;
    iso = pxed_xalloc(sizeof(*iso));
    atomic_store(&iso->refs, 1);
    atomic_flag_clear(&iso->told);
    iso->st = st;
    struct iso_build b = {.iso = iso, .fd = fd, .why = why};
    *ret_error = iso_fill(&b);
    if (*ret_error != ISO_OK) {
        free_iso(iso);
        return NULL;
    }
    iso_sort(iso);
    iso_keep(iso);
    return iso;
}
