/* SPDX-License-Identifier: MIT */
/*
 * Actions that a guest's shell has no command for:
 *
 *     actor take BYTES [ROUNDS]       touches that much memory, ROUNDS times, and exits
 *     actor hold BYTES                touches it, prints a line, and keeps it until standard input ends
 *     actor inside COMMAND...         runs it in a private cgroup namespace, with only that hierarchy mounted
 *     actor apart COMMAND...          runs it in a private cgroup namespace, with the hierarchies mounted as before
 *     actor later SECONDS COMMAND...  runs it in a time namespace whose uptime is SECONDS longer
 *     actor alone COMMAND...          runs it as the first process of a PID namespace, with its own /proc
 *
 * Exits with 99 if a call fails.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static int fail(const char *what) {
    perror(what);
    return 99;
}

/* Each page has different contents, so that compressed swap has something to store. */
static int touch(size_t bytes, long rounds) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return fail("mmap");
    }
    for (long round = 0; round < rounds; round++) {
        for (size_t at = 0; at + sizeof at <= bytes; at += page) {
            size_t value = at + (size_t)round;
            memcpy(memory + at, &value, sizeof value);
        }
    }
    return 0;
}

/* In version 1, the hierarchy of the memory controller. */
static int mount_groups(int version) {
    if (version == 2) {
        return mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
    }
    if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, NULL) != 0 || mkdir("/sys/fs/cgroup/memory", 0755) != 0) {
        return -1;
    }
    return mount("cgroup", "/sys/fs/cgroup/memory", "cgroup", 0, "memory");
}

static int inside(char **command) {
    int version = access("/sys/fs/cgroup/memory/tasks", F_OK) == 0 ? 1 : 2;
    if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) != 0) {
        return fail("unshare");
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || umount2("/sys/fs/cgroup", MNT_DETACH) != 0 ||
        mount_groups(version) != 0) {
        return fail("mount");
    }
    execvp(command[0], command);
    return fail(command[0]);
}

static int apart(char **command) {
    if (unshare(CLONE_NEWCGROUP) != 0) {
        return fail("unshare");
    }
    execvp(command[0], command);
    return fail(command[0]);
}

/* The child is the first process of a new PID or time namespace. Returns its status as a shell reports it. */
static int run_child(char **command, int (*prepare)(void)) {
    pid_t child = fork();
    if (child < 0) {
        return fail("fork");
    }
    if (child == 0) {
        if (prepare == NULL || prepare() == 0) {
            execvp(command[0], command);
        }
        _exit(fail(command[0]));
    }
    int status;
    if (waitpid(child, &status, 0) != child) {
        return fail("waitpid");
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int later(const char *seconds, char **command) {
    FILE *offsets = unshare(CLONE_NEWTIME) == 0 ? fopen("/proc/self/timens_offsets", "w") : NULL;
    if (offsets == NULL || fprintf(offsets, "monotonic %s 0\nboottime %s 0\n", seconds, seconds) < 0 ||
        fclose(offsets) != 0) {
        return fail("a time namespace");
    }
    return run_child(command, NULL);
}

static int mount_processes(void) {
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ? mount("proc", "/proc", "proc", 0, NULL) : -1;
}

static int alone(char **command) {
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
        return fail("unshare");
    }
    return run_child(command, mount_processes);
}

int main(int argc, char **argv) {
    if (argc >= 3 && strcmp(argv[1], "take") == 0) {
        return touch((size_t)strtoull(argv[2], NULL, 10), argc > 3 ? strtol(argv[3], NULL, 10) : 1);
    }
    if (argc == 3 && strcmp(argv[1], "hold") == 0) {
        int status = touch((size_t)strtoull(argv[2], NULL, 10), 1);
        puts("held");
        fflush(stdout);
        while (getchar() != EOF) {
        }
        return status;
    }
    if (argc >= 3 && strcmp(argv[1], "inside") == 0) {
        return inside(argv + 2);
    }
    if (argc >= 3 && strcmp(argv[1], "apart") == 0) {
        return apart(argv + 2);
    }
    if (argc >= 4 && strcmp(argv[1], "later") == 0) {
        return later(argv[2], argv + 3);
    }
    if (argc >= 3 && strcmp(argv[1], "alone") == 0) {
        return alone(argv + 2);
    }
    fprintf(stderr, "actor: take, hold, inside, apart, later or alone, with what they need\n");
    return 99;
}
