/* Negotiates blksize, windowsize, timeout and tsize. Pure. */
#include "options.h"

static uint64_t options_least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Larger blocks would go out as IP fragments, which boot ROMs lose: 32 is IP, UDP and TFTP header. */
static uint64_t largest_block(const struct tftp_limits *limits, unsigned mtu) {
    uint64_t fits = mtu > 32 + TFTP_BLKSIZE_DEFAULT ? mtu - 32 : TFTP_BLKSIZE_DEFAULT;
    return options_least(options_least(fits, limits->blksize), TFTP_BLKSIZE_MOST);
}

static bool options_asked(const struct tftp_request *request, enum tftp_option option, uint64_t lowest) {
    return (request->asked & TFTP_OPTION_BIT(option)) != 0 && request->value[option] >= lowest;
}

static void options_accept(struct tftp_terms *terms, enum tftp_option option, uint64_t value) {
    terms->accepted |= TFTP_OPTION_BIT(option);
    terms->value[option] = value;
}

struct tftp_terms tftp_negotiate(const struct tftp_request *request, const struct tftp_limits *limits, unsigned mtu,
                                 uint64_t size) {
    struct tftp_terms terms = {.blksize = TFTP_BLKSIZE_DEFAULT, .window = 1};
    if (options_asked(request, TFTP_BLKSIZE, TFTP_BLKSIZE_LEAST)) {
        terms.blksize = (size_t)options_least(request->value[TFTP_BLKSIZE], largest_block(limits, mtu));
        options_accept(&terms, TFTP_BLKSIZE, terms.blksize);
    }
    /* RFC 2349: the same value or none. */
    if (options_asked(request, TFTP_TIMEOUT, 1) && request->value[TFTP_TIMEOUT] <= 255) {
        terms.timeout_ms = (unsigned)request->value[TFTP_TIMEOUT] * 1000;
        options_accept(&terms, TFTP_TIMEOUT, request->value[TFTP_TIMEOUT]);
    }
    /* Not of an empty file: curl before 8 takes a tsize of 0 for an error. Any option may be left out (RFC 2347). */
    if (options_asked(request, TFTP_TSIZE, 0) && size != UINT64_MAX && size > 0)
        options_accept(&terms, TFTP_TSIZE, size);
    if (options_asked(request, TFTP_WINDOWSIZE, 1)) {
        uint64_t flight = terms.blksize <= TFTP_BLKSIZE_FRAME ? TFTP_FLIGHT_FRAMES : TFTP_FLIGHT_MOST;
        uint64_t fits = flight / (terms.blksize + TFTP_DATA_HEADER);
        uint64_t window =
            options_least(options_least(request->value[TFTP_WINDOWSIZE], limits->windowsize), TFTP_WINDOW_MOST);
        window = options_least(window, fits);
        terms.window = window > 0 ? (unsigned)window : 1;
        options_accept(&terms, TFTP_WINDOWSIZE, terms.window);
    }
    return terms;
}
