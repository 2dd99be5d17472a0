/* SPDX-License-Identifier: MIT */
/*
 * Starts a program in every way that the C library offers, and waits for it.
 *
 *     starter every PROGRAM      11 processes, started directly
 *     starter shell PROGRAM      4, started by the shells of system() and popen()
 *     starter handler PROGRAM    1, from a signal handler on a small stack
 *     starter refused FILE       none: files that cannot be started, including FILE, which is not executable
 *     starter spawn PROGRAM      1, which reads stdin to its end
 *     starter leave PROGRAM      1, which is left behind
 *     starter system, popen      a shell without the tracker's variables; stdin goes to that of popen
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(claim)                                                                            \
    do {                                                                                       \
        if (!(claim)) {                                                                        \
            fprintf(stderr, "starter: %d: does not hold: %s (%d)\n", __LINE__, #claim, errno); \
            exit(1);                                                                           \
        }                                                                                      \
    } while (0)

static char *program;

static char *const *arguments(void) {
    static char *words[2];
    words[0] = program;
    return words;
}

static void end_well(pid_t child) {
    int status = -1;
    MUST(waitpid(child, &status, 0) == child && status == 0);
}

/* ---- Each way of exec, in a child ---- */

static void by_execve(void) {
    execve(program, arguments(), environ);
}

static void by_execv(void) {
    execv(program, arguments());
}

static void by_execvp(void) {
    execvp(program, arguments());
}

static void by_execvpe(void) {
    execvpe(program, arguments(), environ);
}

static void by_execl(void) {
    execl(program, program, (char *)NULL);
}

static void by_execlp(void) {
    char copy[4096];
    char *slash = strcpy(copy, program) + (strrchr(program, '/') - program);
    *slash = '\0'; /* Found in PATH, after a missing directory. */
    char path[8192];
    snprintf(path, sizeof path, "/nonexistent:%s", copy);
    setenv("PATH", path, 1);
    execlp(slash + 1, "one", "two", "three", (char *)NULL);
}

static void by_execle(void) {
    execle(program, program, "one", (char *)NULL, environ);
}

static void by_fexecve(void) {
    fexecve(open(program, O_RDONLY | O_CLOEXEC), arguments(), environ);
}

static int every(void) {
    static void (*const ways[])(void) = {by_execve, by_execv,  by_execvp, by_execvpe,
                                         by_execl,  by_execlp, by_execle, by_fexecve};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        pid_t child = fork();
        if (child == 0) {
            ways[i]();
            _exit(127);
        }
        end_well(child);
    }
    errno = 0;
    pid_t child = vfork(); /* NOLINT: sharing memory with this process is what is tested. */
    if (child == 0) {
        execv(program, arguments());
        _exit(127);
    }
    MUST(errno == 0);
    end_well(child);
    MUST(posix_spawn(&child, program, NULL, NULL, arguments(), environ) == 0 && errno == 0);
    end_well(child);
    int status;
    MUST(posix_spawnp(NULL, program, NULL, NULL, arguments(), environ) == 0);
    MUST(wait(&status) > 0 && status == 0);
    return 0;
}

static int shell(void) {
    char line[8192];
    snprintf(line, sizeof line, "'%s'; '%s'", program, program);
    MUST(system(line) == 0);
    FILE *stream = popen(line, "r");
    MUST(stream != NULL && getc(stream) == EOF && pclose(stream) == 0);
    return 0;
}

static void handle(int signal) {
    (void)signal;
    pid_t child = fork();
    if (child == 0) {
        execv(program, arguments());
        _exit(127);
    }
    end_well(child);
}

static int handler(void) {
    static char stack[16384];
    stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    MUST(sigaltstack(&own, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0);
    return 0;
}

static int refused(void) {
    pid_t child;
    MUST(execv("/nonexistent/program", arguments()) == -1 && errno == ENOENT);
    MUST(execv("/", arguments()) == -1 && errno == EACCES);
    MUST(execv("/etc/passwd/program", arguments()) == -1 && errno == ENOTDIR);
    MUST(execve("", arguments(), environ) == -1 && errno == ENOENT);
    MUST(execvp("", arguments()) == -1 && errno == ENOENT);
    MUST(execvp("no-such-program", arguments()) == -1 && errno == ENOENT);
    MUST(execv(program, arguments()) == -1 && errno == EACCES);
    MUST(execl(program, program, (char *)NULL) == -1 && errno == EACCES);
    MUST(fexecve(-1, arguments(), environ) == -1 && (errno == EINVAL || errno == EBADF));
    MUST(posix_spawn(&child, program, NULL, NULL, arguments(), environ) == EACCES);
    MUST(posix_spawnp(&child, "no-such-program", NULL, NULL, arguments(), environ) == ENOENT);
    MUST(popen(":", "no such mode") == NULL && errno == EINVAL);
    unsetenv("LD_PRELOAD"); /* The program would not be counted, but it does not exist. */
    MUST(execv("/nonexistent/program", arguments()) == -1 && errno == ENOENT);
    MUST(execv(program, arguments()) == -1 && errno == EACCES);
    MUST(popen(":", "no such mode") == NULL && errno == EINVAL);
    return 0;
}

static int spawn(void) {
    pid_t child;
    MUST(posix_spawn(&child, program, NULL, NULL, arguments(), environ) == 0);
    end_well(child);
    return 0;
}

static int leave(void) {
    pid_t child;
    MUST(posix_spawn(&child, program, NULL, NULL, arguments(), environ) == 0);
    return 0;
}

static int by_system(void) {
    unsetenv("LD_PRELOAD");
    MUST(system(NULL) != 0);
    return system("while read -r line; do :; done");
}

static int by_popen(void) {
    unsetenv("LD_PRELOAD");
    FILE *stream = popen("while read -r line; do :; done", "w");
    MUST(stream != NULL);
    for (int c; (c = getchar()) != EOF;) {
        MUST(putc(c, stream) == c);
    }
    return pclose(stream);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {{"every", every}, {"shell", shell}, {"handler", handler},  {"refused", refused},
                 {"spawn", spawn}, {"leave", leave}, {"system", by_system}, {"popen", by_popen}};
    static char none[] = "";
    program = argc > 2 ? argv[2] : none;
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            return modes[i].run();
        }
    }
    return 2;
}
