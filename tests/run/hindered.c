/* SPDX-License-Identifier: MIT */
/*
 * A program that lets go of a ring of two blocks, and in which it is hard to look for them: it has many threads, or
 * forbids itself system calls. Prints a line, and ends with status 9.
 *
 *     hindered threads COUNT [FILE]     ends when FILE is there
 *     hindered user                     another than root
 *     hindered seccomp fail|kill|fork|exec|strict
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

enum { STATUS = 9 };

struct node {
    struct node *volatile next[4];
};

APART static struct node *node(void) {
    struct node *made = calloc(1, sizeof *made);
    if (made == NULL) {
        abort();
    }
    __asm__ volatile("" : "+r"(made));
    return made;
}

APART static void ring(void) {
    struct node *volatile first = node();
    first->next[0] = node();
    first->next[0]->next[1] = first;
}

APART static void clear_stack(void) {
    volatile char bytes[32768];
    memset((void *)(uintptr_t)bytes, 0, sizeof bytes);
    __asm__ volatile("" ::"r"(bytes) : "memory");
}

/* ---- Threads ---- */

static pthread_barrier_t all_hold;

static void *hold(void *unused) {
    struct node *volatile kept = node();
    pthread_barrier_wait(&all_hold);
    for (;;) {
        pause();
    }
    return kept != NULL ? unused : NULL;
}

static void start_threads(unsigned count) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    pthread_barrier_init(&all_hold, NULL, count + 1);
    for (unsigned i = 0; i < count; i++) {
        if (pthread_create(&thread, &attributes, hold, NULL) != 0) {
            abort();
        }
    }
    pthread_barrier_wait(&all_hold);
}

/* ---- System calls ---- */

/* A deeper stack than before, so that the tracker does not know it yet. */
APART static void allocate_deeply(int depth) {
    volatile char bytes[4096];
    bytes[0] = 1;
    free(node());
    if (depth > 0) {
        allocate_deeply(depth - 1);
    }
    __asm__ volatile("" ::"r"(bytes) : "memory");
}

/* All calls but these have that result. */
static void allow_only(const unsigned *call, size_t count, uint32_t result) {
    struct sock_filter filter[64] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    size_t length = 1;
    for (size_t i = 0; i < count; i++) {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call[i], 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, result);
    struct sock_fprog program = {(unsigned short)length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        _exit(77);
    }
}

static void fork_once(void) {
    pid_t child = fork();
    if (child == 0) {
        ring();
        clear_stack();
        exit(0);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        abort();
    }
}

static void restrict_calls(const char *how) {
    static const unsigned few[] = {SYS_write, SYS_exit_group, SYS_brk, SYS_mmap, SYS_munmap};
    static const unsigned others[] = {SYS_write, SYS_exit_group, SYS_brk, SYS_mmap, SYS_munmap, SYS_execve};
    static const unsigned some[] = {SYS_write,           SYS_exit_group, SYS_brk,   SYS_mmap,   SYS_munmap,
                                    SYS_clone,           SYS_clone3,     SYS_wait4, SYS_getpid, SYS_rt_sigprocmask,
                                    SYS_set_robust_list, SYS_gettid,     SYS_futex};
    if (strcmp(how, "strict") == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
            _exit(77);
        }
        allocate_deeply(3);
        (void)!write(1, "strict\n", 7);
        syscall(SYS_exit, STATUS);
    }
    if (strcmp(how, "fork") == 0) {
        allow_only(some, sizeof some / sizeof some[0], SECCOMP_RET_KILL_PROCESS);
        fork_once();
    } else if (strcmp(how, "exec") == 0) {
        char *const arguments[] = {NULL};
        allow_only(others, sizeof others / sizeof others[0], SECCOMP_RET_KILL_PROCESS);
        (void)execve("/nowhere/program", arguments, arguments);
    } else {
        allow_only(few, sizeof few / sizeof few[0],
                   strcmp(how, "kill") == 0 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | 1);
    }
    allocate_deeply(40);
}

int main(int count, char **arguments) {
    if (count < 2) {
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0);
    ring();
    clear_stack();
    if (strcmp(arguments[1], "threads") == 0 && count > 2) {
        start_threads((unsigned)strtoul(arguments[2], NULL, 10));
    } else if (strcmp(arguments[1], "user") == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0) {
            _exit(77);
        }
    } else if (count > 2) {
        restrict_calls(arguments[2]);
    }
    clear_stack();
    (void)!write(1, "hindered\n", 9);
    while (count > 3 && access(arguments[3], F_OK) != 0) {
        usleep(10000);
    }
    return STATUS;
}
