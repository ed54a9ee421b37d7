/* What every load generator needs: a clock, random numbers, samples, sockets, and a file that answers are compared
 * with. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds of a clock that never goes back. */
double load_now(void);
/* Seconds of CPU that this process has used, user and system. */
double load_cpu(void);
/* A random number, at least 0 and below 1; the seed is the process's own. */
double load_random(void);
uint32_t load_random_word(void);

/* Says what failed, with errno, and ends the process with status 2. */
_Noreturn void load_die(const char *what);
/* Says how the program is called, and ends the process with status 2. */
_Noreturn void load_usage(const char *text);

/* Latencies in milliseconds. All zero: empty. The memory is never given back: a generator ends soon. */
struct samples {
    double *value;
    size_t count, room;
};
void samples_add(struct samples *all, double ms);
/* The sample below which `percent` of all lie; -1 if there is none. Sorts. */
double samples_at(struct samples *all, double percent);

/* Memory that belongs to somebody else. */
struct load_bytes {
    const uint8_t *at;
    size_t length;
};
/* The whole file, mapped and read once, so that comparing with it costs no disk. Ends the process if there is no such
 * file. */
struct load_bytes load_file(const char *path);

/* An IPv4 address in network order. Ends the process if the text is none. */
uint32_t load_address(const char *text);
/* The n-th address after one in network order; 0 stays 0, which is any address. */
uint32_t load_address_after(uint32_t first, uint32_t n);
/* A bound UDP socket that never blocks; `buffer` bytes for what was received and not yet read, 0: the system's default.
 */
int load_udp(uint32_t address, int port, int buffer);
/* As many descriptors as the system allows. */
void load_many_files(void);

/* The hardware address of machine `number`: scattered over the numbers as those of real cards of many makers are. */
void load_mac(uint8_t mac[6], uint32_t number);
enum { LOAD_MAC_TEXT = 18 };
/* The same as text, xx:xx:xx:xx:xx:xx, `between` the digits. */
void load_mac_text(char text[LOAD_MAC_TEXT], const uint8_t mac[6], char between);

/* Keeps the first reason of a failure, with blanks as underscores: it becomes a word of the result line. */
enum { LOAD_WHY = 64 };
void load_why(char why[LOAD_WHY], const char *reason);
#endif
