/* SPDX-License-Identifier: MIT */
/*
 * Windows: no signals and no sampler. The command and what it starts are in a job,
 * so that all of it can be ended; what it has used is what the system says of the
 * finished process.
 */
#include "run/child.h"

#include <stdlib.h>
#include <string.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>

#include "fail.h"
#include "platform.h"
#include "text.h"

enum { ENDED_BY_US = 143 };

static HANDLE process, job;

/* ---- The command line: one text, which the program takes apart by these rules ---- */

/* Backslashes count double before a quote, and before the one that is added at the end. */
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
    int length = MultiByteToWideChar(CP_UTF8, 0, line.bytes, -1, NULL, 0);
    wchar_t *wide = malloc((size_t)length * sizeof *wide);
    if (wide == NULL) {
        fail_no_memory();
    }
    MultiByteToWideChar(CP_UTF8, 0, line.bytes, -1, wide, length);
    text_free(&line);
    return wide;
}

/* ---- Starting ---- */

/* ^C is for the command. A handler, for that is not handed down as ignoring it would be. */
static BOOL WINAPI leave_to_child(DWORD event) {
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

static int fail_start(const char *name, DWORD error) {
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) {
        trouble("%s: command not found", name);
        return 127;
    }
    trouble("%s: cannot be run: Windows error %lu", name, (unsigned long)error);
    return 126;
}

int child_start(struct child *child, const char *const *command, const struct variable *variables) {
    (void)variables; /* They are for samplers, which there are none of. */
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
    process = started.hProcess;
    job = CreateJobObjectW(NULL, NULL);
    if (job != NULL && !AssignProcessToJobObject(job, process)) {
        CloseHandle(job);
        job = NULL;
    }
    ResumeThread(started.hThread);
    CloseHandle(started.hThread);
    child->pid = (int64_t)started.dwProcessId;
    return 0;
}

void child_watch(struct child *child) {
    child->started = platform_clock();
}

/* ---- Waiting ---- */

static double seconds(FILETIME time) {
    return (double)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / 1e7;
}

static void conclude(struct child *child) {
    DWORD status = 0;
    FILETIME created, ended, kernel, user;
    PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
    child->has_ended = true;
    child->ended = platform_clock();
    GetExitCodeProcess(process, &status);
    child->status = (int)status;
    if (GetProcessTimes(process, &created, &ended, &kernel, &user)) {
        child->user = seconds(user);
        child->system = seconds(kernel);
    }
    if (K32GetProcessMemoryInfo(process, &memory, sizeof memory)) {
        child->peak = memory.PeakWorkingSetSize;
    }
}

void child_sleep(struct child *child, double moment) {
    double left = moment - platform_clock();
    left = left < 0 ? 0 : left > 86400 ? 86400 : left;
    if (!child->has_ended && WaitForSingleObject(process, (DWORD)(left * 1000) + 1) == WAIT_OBJECT_0) {
        conclude(child);
    }
}

/* ---- Ending: nobody can be asked to, so both signals are the hard one ---- */

void child_signal(struct child *child, const struct tree_sample *sample, enum child_signal signal) {
    (void)child;
    (void)sample;
    (void)signal;
    if (job == NULL || !TerminateJobObject(job, ENDED_BY_US)) {
        TerminateProcess(process, ENDED_BY_US);
    }
}

const char *child_signal_name(int signal) {
    (void)signal;
    return NULL;
}

int child_obey(int request) {
    return 128 + request;
}

int64_t child_self(void) {
    return (int64_t)GetCurrentProcessId();
}
