/* SPDX-License-Identifier: MIT */
/* Shared by the fixtures; include it after the system's own headers. */
#ifndef TESTS_SIM_FIXTURE_H
#define TESTS_SIM_FIXTURE_H

#include "sim.h"

int sim_error_number(enum sim_error error) {
    if (error == SIM_NO_SUCH_KEY) {
        return sim_unknown_key();
    }
    static const int numbers[SIM_ERRORS] = {0, EPERM, ENOENT, EIO, ENOMEM, EACCES, EINVAL, EINTR, ERANGE, 0};
    return numbers[error];
}

static inline enum sim_error give(const void *value, size_t length, unsigned char *answer, size_t *size) {
    for (size_t i = 0; i < length; i++) {
        answer[i] = ((const unsigned char *)value)[i];
    }
    *size = length;
    return SIM_OK;
}

/* Begins and ends a function that builds a key's value, for a struct or a number. */
#define KEY(name)                                                                                                    \
    static enum sim_error build_##name(const int *rest __attribute__((unused)), size_t room __attribute__((unused)), \
                                       unsigned char *answer, size_t *size)
#define ANSWER(value) give(&(value), sizeof(value), answer, size)

/* Common to all systems. */
#define BOOTTIME                                                                                           \
    KEY(boottime) {                                                                                        \
        struct timeval boot = {.tv_sec = sim.boot_seconds, .tv_usec = (suseconds_t)sim.boot_microseconds}; \
        return ANSWER(boot);                                                                               \
    }
static inline enum sim_error give_text(const char *text, unsigned char *answer, size_t *size) {
    size_t length = 0;
    while (text != NULL && text[length] != '\0') {
        length++;
    }
    return text == NULL ? SIM_NO_SUCH_KEY : give(text, length + 1, answer, size);
}
#define TEXT(name, text)                      \
    KEY(name) {                               \
        return give_text(text, answer, size); \
    }
#define NUMBER(name, type, number)                           \
    KEY(name) {                                              \
        type value = (type)(number);                         \
        return value == 0 ? SIM_NO_SUCH_KEY : ANSWER(value); \
    }
#define LIMITS(address, data)          \
    const int sim_rlimit_as = address; \
    const int sim_rlimit_data = data;  \
    const uint64_t sim_rlim_infinity = (uint64_t)RLIM_INFINITY;

/* For systems without it. */
#define NO_CPUCTL                                           \
    int sim_cpu_state(unsigned long request, void *state) { \
        (void)request;                                      \
        (void)state;                                        \
        return -1;                                          \
    }
#define NO_MACH                                                                       \
    int sim_task_info(unsigned what, int *answer, unsigned *length) {                 \
        (void)what;                                                                   \
        (void)answer;                                                                 \
        (void)length;                                                                 \
        return -1;                                                                    \
    }                                                                                 \
    int sim_processor_info(int what, int *answer, unsigned *cpus, unsigned *length) { \
        (void)what;                                                                   \
        (void)answer;                                                                 \
        (void)cpus;                                                                   \
        (void)length;                                                                 \
        return -1;                                                                    \
    }                                                                                 \
    int sim_process_info(int pid, int what, void *answer, int room) {                 \
        (void)pid;                                                                    \
        (void)what;                                                                   \
        (void)answer;                                                                 \
        (void)room;                                                                   \
        return -1;                                                                    \
    }                                                                                 \
    int sim_statistics(int what, int *answer, unsigned *length) {                     \
        (void)what;                                                                   \
        (void)answer;                                                                 \
        (void)length;                                                                 \
        return -1;                                                                    \
    }

/* Swap space of all devices, or the part in use, in pages; 0 for a kernel without a page size. */
static inline uint64_t swap_pages(bool in_use) {
    uint64_t bytes = 0;
    for (unsigned i = 0; i < sim.swaps; i++) {
        bytes += in_use ? sim.swap[i % SIM_SWAPS].used : sim.swap[i % SIM_SWAPS].bytes;
    }
    return sim.page_size > 0 ? bytes / sim.page_size : 0;
}

#endif
