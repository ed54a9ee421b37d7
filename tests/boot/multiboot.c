/* A kernel by the Multiboot specifications, versions 1 and 2: it says on the serial line what its loader gave it, the
 * command line, and each module's length, first bytes and command line; then it stands still. */
#include <stdint.h>

enum { MAGIC_1 = 0x2badb002, MAGIC_2 = 0x36d76289, PORT = 0x3f8 };

#define HEADER_1 0x1badb002u
#define HEADER_2 0xe85250d6u

/* Specification 1, 3.1: within the first 8 KiB, aligned to 4. Flag 1: memory information. */
__attribute__((section(".multiboot"), used, aligned(8))) static const uint32_t header_1[] = {HEADER_1, 2,
                                                                                             0u - HEADER_1 - 2};
/* Specification 2, 3.1: aligned to 8; i386; ends with an empty tag. */
__attribute__((section(".multiboot"), used, aligned(8))) static const uint32_t header_2[] = {HEADER_2,           0, 24,
                                                                                             0u - HEADER_2 - 24, 0, 8};

static void put(char c) {
    __asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)PORT));
    for (volatile int i = 0; i < 20000; i++) /* the emulated line takes its time */
        ;
}

static void say(const char *text) {
    while (text && *text)
        put(*text++);
}

static void say_number(uint32_t n) {
    char digits[11];
    int i = 10;
    digits[i] = '\0';
    do
        digits[--i] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    say(digits + i);
}

static void say_module(uint32_t start, uint32_t end, const char *line) {
    say("MODULE ");
    say_number(end - start);
    say(" ");
    for (uint32_t at = start; at < end && at < start + 8; at++)
        put(*(const char *)(uintptr_t)at);
    say(" [");
    say(line);
    say("]\r\n");
}

static const uint32_t *word_at(uint32_t address) {
    return (const uint32_t *)(uintptr_t)address;
}

static void tell_1(const uint32_t *info) {
    say("KERNEL 1 [");
    say((info[0] & 4) ? (const char *)(uintptr_t)info[4] : "");
    say("]\r\n");
    for (uint32_t i = 0; (info[0] & 8) && i < info[5]; i++) {
        const uint32_t *module = word_at(info[6] + 16 * i);
        say_module(module[0], module[1], (const char *)(uintptr_t)module[2]);
    }
}

static void tell_2(const uint32_t *info) {
    uint32_t at = (uint32_t)(uintptr_t)info, end = at + info[0];
    for (at += 8; at < end && word_at(at)[0] != 0; at += (word_at(at)[1] + 7) & ~7u) {
        const uint32_t *tag = word_at(at);
        if (tag[0] == 1) {
            say("KERNEL 2 [");
            say((const char *)(tag + 2));
            say("]\r\n");
        } else if (tag[0] == 3) {
            say_module(tag[2], tag[3], (const char *)(tag + 4));
        }
    }
}

__attribute__((used)) static void tell(uint32_t magic, const uint32_t *info) {
    if (magic == MAGIC_1)
        tell_1(info);
    else if (magic == MAGIC_2)
        tell_2(info);
    else
        say("NO MULTIBOOT LOADER\r\n");
    say("END OF MULTIBOOT\r\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}

static uint8_t stack[8192] __attribute__((used, aligned(16)));

__attribute__((naked, used)) void _start(void) {
    __asm__("movl $stack + 8192, %esp\n\tpushl %ebx\n\tpushl %eax\n\tcall tell");
}
