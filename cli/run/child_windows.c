/* SPDX-License-Identifier: MIT */
/*
 * Windows has no signals. The command and everything it starts are in a job, which can end all of them and counts their
 * usage.
 */
#include "run/child.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"
#include "platform_windows.h"
#include "run/job_windows.h"
#include "text.h"

#include <psapi.h>

enum { ENDED_BY_US = 143 };

static HANDLE process;
static HANDLE asked; /* Signalled by ^C while a process is watched. */

/* ---- The command line: one text, which programs split by these rules ---- */

/* Backslashes are doubled before a quote, including the one added at the end. */
static void add_word(struct text *line, const char *word) {
    bool is_plain = *word != '\0' && word[strcspn(word, " \t\n\v\"")] == '\0';
    size_t backslashes = 0;
    text_add(line, is_plain ? "" : "\"");
    for (; *word != '\0'; word++) {
        if (*word == '"') {
            for (size_t i = 0; i <= backslashes; i++) {
                text_add(line, "\\");
            }
        }
        text_addf(line, "%c", *word);
        backslashes = *word == '\\' ? backslashes + 1 : 0;
    }
    for (size_t i = 0; !is_plain && i < backslashes; i++) {
        text_add(line, "\\");
    }
    text_add(line, is_plain ? "" : "\"");
}

static wchar_t *command_line(const char *const *command) {
    struct text line = TEXT_INIT;
    for (size_t i = 0; command[i] != NULL; i++) {
        text_add(&line, i > 0 ? " " : "");
        add_word(&line, command[i]);
    }
    wchar_t *wide = platform_to_wide(line.bytes);
    if (wide == NULL) {
        fail_no_memory();
    }
    text_free(&line);
    return wide;
}

/* ---- Starting ---- */

static volatile LONG was_interrupted;

/* Leaves ^C to the command. Uses a handler, because ignoring ^C would be inherited. */
static BOOL WINAPI leave_to_child(DWORD event) {
    bool is_interrupt = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    if (is_interrupt) {
        was_interrupted = 1;
    }
    return is_interrupt;
}

static int fail_start(const char *name, DWORD error) {
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) {
        trouble("%s: command not found", name);
        return 127;
    }
    trouble("%s: cannot be run: %s", name, platform_reason(error));
    return 126;
}

int child_start(struct child *child, const char *const *command, const struct variable *variables) {
    (void)variables; /* For marks and heaps, which Windows does not have. */
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION started;
    wchar_t *line = command_line(command);
    SetConsoleCtrlHandler(leave_to_child, TRUE);
    child->started = platform_clock();
    BOOL is_started = CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &start, &started);
    DWORD error = GetLastError();
    free(line);
    if (!is_started) {
        return fail_start(command[0], error);
    }
    if (process != NULL) { /* From an earlier run. */
        CloseHandle(process);
    }
    process = started.hProcess;
    job_begin(process);
    ResumeThread(started.hThread);
    CloseHandle(started.hThread);
    child->pid = (int64_t)started.dwProcessId;
    return 0;
}

static BOOL WINAPI take_request(DWORD event) {
    return (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) && SetEvent(asked);
}

void child_watch(struct child *child) {
    child->started = platform_clock();
    asked = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(take_request, TRUE);
}

/* ---- Waiting ---- */

/* If a job counts nothing, as in wine, only the first process is known; its time is not that of the tree. */
static void conclude(struct child *child) {
    DWORD status = 0;
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    child->has_ended = true;
    child->ended = platform_clock();
    GetExitCodeProcess(process, &status);
    child->status = (int)status;
    struct job_usage usage = job_usage();
    child->has_no_cpu = !usage.has_cpu;
    child->user = usage.user;
    child->system = usage.system;
    child->peak_committed = usage.peak_process;
    child->peak_all_committed = usage.peak_all;
    if (K32GetProcessMemoryInfo(process, &memory, sizeof memory)) {
        child->peak = memory.PeakWorkingSetSize;
    }
}

/* Waits for the process, or for a request for the report. */
void child_sleep(struct child *child, double moment) {
    enum { INTERRUPTED = 2 };
    double left = moment - platform_clock();
    left = left < 0 ? 0 : left > 86400 ? 86400 : left;
    if (child->has_ended) {
        platform_sleep_until(moment);
    } else if (WaitForSingleObject(process != NULL ? process : asked, (DWORD)(left * 1000) + 1) == WAIT_OBJECT_0) {
        if (process != NULL) {
            conclude(child);
        } else {
            child->request = INTERRUPTED;
        }
    }
}

/* ---- Ending: no process can be asked to end, so both signals kill ---- */

void child_signal(struct child *child, const struct tree_sample *sample, enum child_signal signal) {
    (void)child;
    (void)sample;
    (void)signal;
    if (!job_end(ENDED_BY_US)) {
        TerminateProcess(process, ENDED_BY_US);
    }
}

const char *child_signal_name(int signal) {
    (void)signal;
    return NULL;
}

int child_last_end(void) {
    enum { INTERRUPT = 2 };
    return was_interrupted != 0 ? INTERRUPT : 0;
}

int child_obey(int request) {
    return 128 + request;
}

int64_t child_self(void) {
    return (int64_t)GetCurrentProcessId();
}
