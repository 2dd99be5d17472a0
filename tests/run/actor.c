/* SPDX-License-Identifier: MIT */
/*
 * Plays the programs that the tests of `sysinfo run` watch: actor ROLE [ARGUMENT...]. Sizes are in MiB. Times are
 * milliseconds, or FILE+N: until the file has N more lines, so that a test whose file is the recording waits for
 * samples, however late they come.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

static void fail(const char *what) {
    perror(what);
    exit(99);
}

static void nap(long milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Without stdio, which uses malloc(). */
static long lines_of(const char *path) {
    char text[4096];
    long lines = 0;
    ssize_t length;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (length = read(fd, text, sizeof text)) > 0) {
        for (ssize_t i = 0; i < length; i++) {
            lines += text[i] == '\n';
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return lines;
}

/* Gives up eventually, so that a failed test leaves no process behind. */
static void pass(const char *time) {
    const char *plus = strrchr(time, '+');
    if (plus == NULL) {
        nap(strtol(time, NULL, 10));
        return;
    }
    char path[256];
    snprintf(path, sizeof path, "%.*s", (int)(plus - time), time);
    long wanted = lines_of(path) + strtol(plus, NULL, 10);
    for (int i = 0; i < 12000 && lines_of(path) < wanted; i++) {
        nap(5);
    }
}

/* Creates a file to signal that it is ready; the file appears with its complete content. */
static void be_ready(const char *path) {
    char beside[256];
    snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = fopen(beside, "w");
    if (file == NULL || fprintf(file, "%ld\n", (long)getpid()) < 0 || fclose(file) != 0 || rename(beside, path) != 0) {
        fail(path);
    }
}

static char *take(long mebibytes) {
    size_t size = (size_t)mebibytes << 20;
    char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED) {
        fail("mmap");
    }
    memset(bytes, 1, size);
    return bytes;
}

static long number(char **argument, int at) {
    return strtol(argument[at], NULL, 10);
}

static void close_everything(void) {
    for (int fd = 0; fd < 1024; fd++) {
        close(fd);
    }
}

/* spike SIZE TIME: holds that much memory for that long, then frees it. */
static int spike(char **argument) {
    char *bytes = take(number(argument, 0));
    pass(argument[1]);
    munmap(bytes, (size_t)number(argument, 0) << 20);
    nap(20);
    return 0;
}

/* ballast SIZE COMMAND...: runs the command as the child of a process of that size, and exits like it. */
static int ballast(char **argument) {
    take(number(argument, 0));
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argument[1], argument + 1);
        _exit(98);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

/* become SIZE COMMAND...: a process of that size becomes the command. */
static int become(char **argument) {
    take(number(argument, 0));
    execvp(argument[1], argument + 1);
    return 98;
}

/* Starts children with `size` each. Once all have it, they keep it for that time. */
static void lead(long count, long size, const char *time, const char *ready) {
    int taken[2], held[2];
    char byte = 0;
    if (pipe(taken) != 0 || pipe(held) != 0) {
        fail("pipe");
    }
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid < 0) {
            fail("fork");
        }
        if (pid == 0) {
            close(held[1]);
            if (size > 0) {
                take(size);
            }
            _exit(write(taken[1], &byte, 1) == 1 && read(held[0], &byte, 1) == 0 ? 0 : 96);
        }
    }
    close(taken[1]);
    for (long i = 0; i < count && read(taken[0], &byte, 1) == 1; i++) {
    }
    if (ready != NULL) {
        be_ready(ready);
    }
    pass(time);
    close(held[1]);
    while (wait(NULL) > 0) {
    }
}

/* share SIZE COUNT TIME: children that share the pages of their parent. */
static int share(char **argument) {
    take(number(argument, 0));
    lead(number(argument, 1), 0, argument[2], NULL);
    return 0;
}

/* unshare SIZE COUNT TIME: children share their parent's pages for a while, and then write to all of them. */
static int unshare_all(char **argument) {
    long size = number(argument, 0) << 20, count = number(argument, 1);
    char *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, (size_t)size);
    pid_t pid = 1;
    for (long i = 0; i < count && pid != 0; i++) {
        pid = fork();
    }
    if (pid == 0) {
        nap(500);
        memset(memory, 2, (size_t)size);
    }
    pass(argument[2]);
    while (pid != 0 && wait(NULL) > 0) {
    }
    return 0;
}

/* map SIZE TIME: memory mapped without malloc(), all of it touched. */
static int map(char **argument) {
    size_t size = (size_t)number(argument, 0) << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 1, size);
    pass(argument[1]);
    return memory[size / 2] == 1 ? 0 : 1;
}

extern char **environ;

/*
 * overwrite TIME: overwrites its environment, as servers do to change their title; then an orphaned grandchild
 * allocates late.
 */
static int overwrite(char **argument) {
    if (fork() == 0) {
        for (char **variable = environ; *variable != NULL; variable++) {
            memset(*variable, 'x', strlen(*variable));
        }
        if (fork() == 0) {
            nap(50);
            void *volatile block = NULL;
            pass(argument[0]);
            block = malloc(100);
            free(block);
            _exit(0);
        }
        _exit(0);
    }
    nap(50);
    pass(argument[0]);
    nap(300);
    while (wait(NULL) > 0) {
    }
    return 0;
}

/* disinherit COUNT OWN: a child frees COUNT blocks of its parent, and allocates OWN blocks. */
static int disinherit(char **argument) {
    long count = number(argument, 0);
    void **block = malloc((size_t)count * sizeof *block);
    for (long i = 0; i < count; i++) {
        block[i] = malloc(100);
    }
    if (fork() == 0) {
        for (long i = 0; i < count; i++) {
            free(block[i]);
        }
        for (long i = number(argument, 1); i > 0; i--) {
            void *volatile own = malloc(100);
            (void)own;
        }
        exit(0);
    }
    wait(NULL);
    return 0;
}

/* creep SIZE TIME: allocates SIZE KiB in blocks of 1 KiB, waits, then frees all. */
static int creep(char **argument) {
    static void *block[1000];
    long count = number(argument, 0);
    for (long i = 0; i < count; i++) {
        block[i] = malloc(1000);
    }
    pass(argument[1]);
    for (long i = 0; i < count; i++) {
        free(block[i]);
    }
    return 0;
}

/* each SIZE COUNT TIME [READYFILE]: children with SIZE each. */
static int each(char **argument) {
    lead(number(argument, 1), number(argument, 0), argument[2], argument[3]);
    return 0;
}

/* idle COUNT TIME: COUNT idle single-threaded processes, including this one. */
static int idle(char **argument) {
    lead(number(argument, 0) - 1, 0, argument[1], NULL);
    return 0;
}

/* until TIME: does nothing. */
static int until(char **argument) {
    pass(argument[0]);
    return 0;
}

/* daemon SIZE READYFILE: leaves a daemon behind, which closes all descriptors and exits after a minute. */
static int leave_daemon(char **argument) {
    if (fork() == 0) {
        setsid();
        if (fork() != 0) {
            _exit(0);
        }
        close_everything();
        take(number(argument, 0));
        be_ready(argument[1]);
        nap(60000);
        _exit(0);
    }
    wait(NULL);
    for (int i = 0; i < 12000 && access(argument[1], F_OK) != 0; i++) {
        nap(5);
    }
    return 0;
}

/*
 * forks COUNT ORPHANS: short-lived children, one after the other; if ORPHANS is 1, their parents exit first. Exits
 * after the last one.
 */
static int forks(char **argument) {
    int held[2]; /* Open for writing in all of them. */
    char byte;
    if (pipe(held) != 0) {
        fail("pipe");
    }
    for (long i = 0; i < number(argument, 0); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (number(argument, 1) != 0 && fork() != 0) {
                _exit(0);
            }
            _exit(0);
        }
        if (pid < 0) {
            fail("fork");
        }
        waitpid(pid, NULL, 0);
    }
    close(held[1]);
    while (read(held[0], &byte, 1) > 0) {
    }
    nap(100);
    return 0;
}

/* cost COMMAND...: runs it, and prints the CPU seconds of it and all its descendants as the last line of stdout. */
static int cost(char **argument) {
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argument[0], argument);
        _exit(98);
    }
    int status;
    struct rusage usage;
    waitpid(pid, &status, 0);
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("%.6f\n", (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static void end_on_signal(int signal) {
    (void)signal;
    _exit(7);
}

/* on SIGNAL READYFILE: exits with 7 when the signal arrives. */
static int on(char **argument) {
    signal((int)number(argument, 0), end_on_signal);
    be_ready(argument[1]);
    nap(60000);
    return 1;
}

/* stubborn SIZE: ignores requests to end, and so does its child. */
static int stubborn(char **argument) {
    signal(SIGTERM, SIG_IGN);
    fork();
    take(number(argument, 0));
    nap(60000);
    return 0;
}

/* state FILE: writes what a program inherits: descriptors, signals, process group. */
static int state(char **argument) {
    char line[256];
    DIR *directory = opendir("/proc/self/fd");
    char open_ones[64] = "";
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(directory) && fd < 60) {
            open_ones[fd] = 'o';
        }
    }
    closedir(directory);
    FILE *status = fopen("/proc/self/status", "r"), *file = fopen(argument[0], "w");
    for (int fd = 0; fd < 60; fd++) {
        fputc(open_ones[fd] == 'o' ? 'o' : '.', file);
    }
    fprintf(file, "\n%ld %ld\n", (long)getpgrp(), (long)getsid(0));
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "Sig", 3) == 0 && strncmp(line, "SigQ", 4) != 0) {
            fputs(line, file);
        }
    }
    fclose(file);
    return 0;
}

/* marks COUNT NAME: sets marks through the library. Exits with 1 at the first failure. */
static int marks(char **argument) {
    for (long i = 0; i < number(argument, 0); i++) {
        char name[256];
        snprintf(name, sizeof name, "%s %ld", argument[1], i);
        if (sysinfo_mark(getenv(SYSINFO_RECORDING), name) != SYSINFO_OK) {
            return 1;
        }
    }
    return 0;
}

/* ---- Roles that use malloc(): only for what they print ---- */

enum { MOST_BLOCKS = 300000 };
static char *volatile block[MOST_BLOCKS]; /* Volatile, so that compilers do not remove it as unused. */

static void allocate(long first, long count, long size) {
    for (long i = first; i < first + count; i++) {
        block[i] = malloc((size_t)size);
        if (block[i] == NULL) {
            _exit(97);
        }
        memset(block[i], 1, (size_t)size);
    }
}

static void release(long count) {
    for (long i = 0; i < count; i++) {
        free(block[i]);
        block[i] = NULL;
    }
}

/*
 * blocks COUNT FREED SIZE [SIGNAL]: allocates COUNT blocks of SIZE bytes and frees FREED of them; then exits, or is
 * ended by the signal.
 */
static int blocks(char **argument) {
    allocate(0, number(argument, 0), number(argument, 2));
    release(number(argument, 1));
    if (argument[3] != NULL) {
        raise((int)number(argument, 3));
    }
    return 0;
}

/*
 * keep SIZE TIME: allocates SIZE MiB in blocks of 1000 bytes, frees all but the last, so that the allocator cannot
 * return them, and waits. The tracker looks at the allocator only now and then, during allocations; hence the pause
 * before the last one.
 */
static int keep(char **argument) {
    long count = number(argument, 0) * 1048, last = 500;
    allocate(0, count - last, 1000);
    nap(200);
    allocate(count - last, last, 1000);
    release(count - 1);
    pass(argument[1]);
    return 0;
}

/* leak SIZE TIME: the same, without freeing. */
static int leak(char **argument) {
    allocate(0, number(argument, 0) * 1048, 1000);
    pass(argument[1]);
    return 0;
}

/* heirs COUNT: children, one after the other, each with one block of 1000 bytes. */
static int heirs(char **argument) {
    allocate(0, 10, 1000);
    for (long i = 0; i < number(argument, 0); i++) {
        pid_t pid = fork();
        if (pid < 0) {
            fail("fork");
        }
        if (pid == 0) {
            block[10] = malloc(1000);
            exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    release(10);
    return 0;
}

static void *work(void *first) {
    char *volatile *own = first;
    for (int i = 0; i < 100; i++) {
        own[i] = malloc(1000);
    }
    for (int i = 0; i < 99; i++) {
        free(own[i]);
    }
    return NULL;
}

/* threads COUNT: each allocates 100 blocks and frees all but one. */
static int threads(char **argument) {
    pthread_t thread[16];
    for (int i = 0; i < number(argument, 0); i++) {
        if (pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)&block[100 * i]) != 0) {
            fail("pthread_create");
        }
    }
    for (int i = 0; i < number(argument, 0); i++) {
        pthread_join(thread[i], NULL);
    }
    return 0;
}

/* refused: requests more than exists. */
static int refused(char **argument) {
    (void)argument;
    volatile size_t size = SIZE_MAX / 2;
    block[0] = malloc(size);
    return block[0] != NULL;
}

static int close_all(char **argument) {
    (void)argument;
    close_everything();
    nap(100);
    return 5;
}

/* At exit, a leak sanitizer works in a separate process, which a sample would see. */
static _Noreturn void end(int status) {
#ifdef IS_SANITIZED
    fflush(NULL);
    _exit(status);
#else
    exit(status);
#endif
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int arguments;
        int (*play)(char **argument);
    } roles[] = {{"spike", 2, spike},
                 {"ballast", 2, ballast},
                 {"become", 2, become},
                 {"share", 3, share},
                 {"each", 3, each},
                 {"daemon", 2, leave_daemon},
                 {"forks", 2, forks},
                 {"idle", 2, idle},
                 {"cost", 1, cost},
                 {"on", 2, on},
                 {"stubborn", 1, stubborn},
                 {"state", 1, state},
                 {"marks", 2, marks},
                 {"close-all", 0, close_all},
                 {"until", 1, until},
                 {"blocks", 3, blocks},
                 {"keep", 2, keep},
                 {"leak", 2, leak},
                 {"heirs", 1, heirs},
                 {"unshare", 3, unshare_all},
                 {"map", 2, map},
                 {"overwrite", 1, overwrite},
                 {"disinherit", 2, disinherit},
                 {"creep", 2, creep},
                 {"threads", 1, threads},
                 {"refused", 0, refused}};
    for (size_t i = 0; argc > 1 && i < sizeof roles / sizeof roles[0]; i++) {
        if (strcmp(argv[1], roles[i].name) == 0 && argc - 2 >= roles[i].arguments) {
            end(roles[i].play(argv + 2));
        }
    }
    fprintf(stderr, "actor: no such role\n");
    return 99;
}
