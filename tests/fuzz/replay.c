/* Feeds the files of folders to a fuzz target, for builds without libFuzzer: replay FOLDER... */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

/* In memory of exactly its size, so that a sanitizer sees a byte too far. */
static void replay_file(int dir, const char *name) {
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        perror(name);
        exit(1);
    }
    uint8_t *bytes = malloc(st.st_size > 0 ? (size_t)st.st_size : 1);
    if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size) {
        perror(name);
        exit(1);
    }
    close(fd);
    fprintf(stderr, "%s\n", name); /* the last one names the file that crashed it */
    LLVMFuzzerTestOneInput(bytes, (size_t)st.st_size);
    free(bytes);
}

int main(int argc, char **argv) {
    unsigned n = 0;
    if (LLVMFuzzerInitialize && LLVMFuzzerInitialize(&argc, &argv) != 0)
        return 1;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *e; (e = readdir(dir));)
            if (e->d_name[0] != '.') {
                replay_file(dirfd(dir), e->d_name);
                n++;
            }
        closedir(dir);
    }
    printf("%u files\n", n);
    return n > 0 ? 0 : 1;
}
