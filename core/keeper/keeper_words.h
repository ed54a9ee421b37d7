/* What the keeper and the serving process say to each other: datagrams of one byte. */
#pragma once

enum keeper_word {
    KEEPER_GONE = 0, /* the other process has ended */
    /* to the serving process: a signal came */
    KEEPER_TERMINATE = 'T',
    KEEPER_INTERRUPT = 'I',
    KEEPER_HANGUP = 'H',
    /* to the keeper, for systemd */
    KEEPER_READY = 'R',
    KEEPER_RELOADING = 'L',
    KEEPER_STOPPING = 'S',
    KEEPER_TAKEN = 'Y', /* the last reload */
    KEEPER_REFUSED = 'N',
    KEEPER_NOTHING = -1,
};

/* Neither waits nor fails: who does not read has ended, or has a hundred words to read. */
void keeper_say(int channel, enum keeper_word word);
/* The next word; a datagram of another length is KEEPER_NOTHING. */
enum keeper_word keeper_hear(int channel);
/* The same words in the tongue of systemd; harmless without it. */
void keeper_notify(enum keeper_word word);
