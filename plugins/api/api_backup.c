/* POST /api/v1/backup: the store writes a copy of itself into the state folder. Who may read that, may have it: the
 * answer is only its name. */
#include "api_backup.h"

#include "api_answer.h"
#include "api_json.h"
#include "api_order.h"
#include "api_who.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct backup {
    struct api_ask ask;
    char who[128];
};

static void backup_answer(const struct backup *b, const char *file) {
    struct api_rows rows = {0};
    pxed_log(b->ask.api->ctx, PXED_LOG_INFO, "backup", NULL, NULL, "file=%s by=%s", file, b->who);
    api_rows_add(&rows, api_json_backup, file);
    api_answer_rows(&b->ask, &rows);
}

static void backup_done(void *arg, int result, const char *file) {
    struct backup *b = arg;
    if (!api_order_ends(b->ask.api)) {
        if (file)
            unlink(file); /* nobody is told its name */
    } else if (file) {
        backup_answer(b, file);
    } else {
        api_answer_error(&b->ask, 500, PXED_WHY_STORE_FAILED, "the copy could not be written: %s", strerror(-result));
    }
    free(b);
}

void api_backup(const struct api_ask *ask) {
    const struct pxed_store *store = ask->api->store;
    if (!store || store->size < offsetof(struct pxed_store, backup) + sizeof(store->backup) || !store->backup) {
        api_answer_error(ask, 404, PXED_WHY_NOT_FOUND, "no plugin keeps records here, so there is nothing to copy");
        return;
    }
    struct backup *b = pxed_xalloc(sizeof(*b));
    struct pxed_buf who = PXED_BUF(b->who);
    b->ask = *ask;
    b->ask.call = NULL;
    b->ask.caller = NULL;
    api_who(ask, &who);
    pxed_buf_cstr(&who);
    ask->api->pending++;
    int rc = store->backup(store->self, backup_done, b);
    if (rc == 0)
        return;
    ask->api->pending--;
    api_answer_error(ask, rc == -EBUSY ? 409 : 500, PXED_WHY_STORE_FAILED, "%s",
                     rc == -EBUSY        ? "another copy is being written"
                     : rc == -EOPNOTSUPP ? "the store's plugin cannot copy it"
                                         : strerror(-rc));
    free(b);
}
