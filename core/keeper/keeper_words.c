/* Words between the two processes, and to systemd. */
#include "keeper_words.h"

#include <errno.h>
#include <sys/socket.h>

#include "systemd.h"

void keeper_say(int channel, enum keeper_word word) {
    char byte = (char)word;
    (void)!send(channel, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

enum keeper_word keeper_hear(int channel) {
    char bytes[2];
    ssize_t n;
    do
        n = recv(channel, bytes, sizeof(bytes), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? KEEPER_NOTHING : KEEPER_GONE;
    if (n == 0)
        return KEEPER_GONE;
    return n == 1 && bytes[0] ? (enum keeper_word)bytes[0] : KEEPER_NOTHING;
}

void keeper_notify(enum keeper_word word) {
    static const struct {
        enum keeper_word word;
        const char *text;
    } texts[] = {{KEEPER_READY, "READY=1"},
                 {KEEPER_RELOADING, "RELOADING=1"},
                 {KEEPER_STOPPING, "STOPPING=1"},
                 {KEEPER_TAKEN, "STATUS="},
                 {KEEPER_REFUSED, "STATUS=the last reload was refused: see the log"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (texts[i].word == word)
            systemd_notify(texts[i].text);
}
