/* The entry point of a program without a C library of its own, for the architecture that mingw-w64 is not packaged for:
 * msvcrt.dll is in every Windows. Not linked elsewhere. */
#include <stdarg.h>
#include <stddef.h>

int main(int argc, char **argv);
void start(void);

/* msvcrt.dll */
int __getmainargs(int *argc, char ***argv, char ***env, int wildcards, int *new_mode);
int _vsnprintf(char *out, size_t size, const char *format, va_list args);
void exit(int code);

/* What the headers' vsnprintf and snprintf stand for. */
int __ms_vsnprintf(char *out, size_t size, const char *format, va_list args);
int __ms_vsnprintf(char *out, size_t size, const char *format, va_list args) {
    return _vsnprintf(out, size, format, args);
}

/* Compilers may call it first in main, for constructors; C has none. */
void __main(void);
void __main(void) {
}

void start(void) {
    int argc = 0, new_mode = 0;
    char **argv = NULL, **env = NULL;
    if (__getmainargs(&argc, &argv, &env, /* wildcards= */ 0, &new_mode) != 0)
        exit(1);
    exit(main(argc, argv));
}
