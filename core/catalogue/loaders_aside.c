/* One thread, or none. */
#include "loaders_aside.h"

static void *read_loaders(void *arg) {
    struct loaders_aside *a = arg;
    a->all = loaders_read(a->settings, a->tftp_dir, &a->arena);
    return NULL;
}

void loaders_aside_start(struct loaders_aside *a, const struct settings *settings, const char *tftp_dir) {
    *a = (struct loaders_aside){.settings = settings, .tftp_dir = tftp_dir};
    a->runs = pthread_create(&a->thread, NULL, read_loaders, a) == 0;
    if (!a->runs)
        read_loaders(a);
}

struct loaders *loaders_aside_end(struct loaders_aside *a) {
    if (a->runs)
        pthread_join(a->thread, NULL);
    a->runs = false;
    return a->all;
}
