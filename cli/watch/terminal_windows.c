/* SPDX-License-Identifier: MIT */
/* Consoles of Windows 10 and later support the same sequences as other terminals once enabled. */
#include "watch/terminal.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "platform.h"

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#endif

static const char enter[] = "\033[?1049h\033[?25l\033[2J\033[H";
static const char leave[] = "\033[0m\033[?25h\033[?1049l";

static DWORD output_before, input_before;
static bool has_keys;
static volatile LONG is_entered;

static HANDLE output(void) {
    return GetStdHandle(STD_OUTPUT_HANDLE);
}

static HANDLE input(void) {
    return GetStdHandle(STD_INPUT_HANDLE);
}

static bool obeys(DWORD mode) {
    return SetConsoleMode(output(), mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

const char *terminal_refusal(void) {
    DWORD mode;
    if (!GetConsoleMode(output(), &mode)) {
        return "stdout is not a terminal";
    }
    bool can_draw = obeys(mode);
    SetConsoleMode(output(), mode);
    return can_draw ? NULL : "this console knows no escape sequences";
}

void terminal_close(void) {
    if (InterlockedExchange(&is_entered, 0) != 0) {
        platform_write(1, leave, sizeof leave - 1);
        SetConsoleMode(output(), output_before);
        if (has_keys) {
            SetConsoleMode(input(), input_before);
        }
    }
}

/* Runs on its own thread; then the default handler ends the process. */
static BOOL WINAPI on_end(DWORD kind) {
    (void)kind;
    terminal_close();
    return FALSE;
}

void terminal_open(void) {
    GetConsoleMode(output(), &output_before);
    obeys(output_before);
    has_keys = GetConsoleMode(input(), &input_before) != 0;
    if (has_keys) {
        SetConsoleMode(input(), ENABLE_PROCESSED_INPUT | ENABLE_WINDOW_INPUT);
    }
    InterlockedExchange(&is_entered, 1);
    SetConsoleCtrlHandler(on_end, TRUE);
    platform_write(1, enter, sizeof enter - 1);
}

bool terminal_is_ours(void) {
    return true;
}

void terminal_size(size_t *columns, size_t *rows) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    bool is_known = GetConsoleScreenBufferInfo(output(), &info) != 0;
    *columns = is_known ? (size_t)(info.srWindow.Right - info.srWindow.Left + 1) : 80;
    *rows = is_known ? (size_t)(info.srWindow.Bottom - info.srWindow.Top + 1) : 24;
}

bool terminal_has_blocks(void) {
    return true;
}

enum palette terminal_palette(void) {
    return GetEnvironmentVariableW(L"NO_COLOR", NULL, 0) > 1 ? PALETTE_NONE : PALETTE_256;
}

enum terminal_event terminal_wait(double time) {
    double left;
    do {
        left = time - platform_clock();
        left = left > 86400 ? 86400 : left > 0 ? left : 0;
        if (!has_keys) {
            platform_sleep_until(platform_clock() + left);
            continue;
        }
        INPUT_RECORD record;
        DWORD count;
        if (WaitForSingleObject(input(), (DWORD)(left * 1000) + 1) != WAIT_OBJECT_0) {
            continue;
        }
        has_keys = ReadConsoleInputW(input(), &record, 1, &count) != 0 && count == 1;
        if (has_keys && record.EventType == WINDOW_BUFFER_SIZE_EVENT) {
            return TERMINAL_CHANGED;
        }
        wchar_t key = has_keys && record.EventType == KEY_EVENT && record.Event.KeyEvent.bKeyDown
                          ? record.Event.KeyEvent.uChar.UnicodeChar
                          : 0;
        if (key == L'q' || key == L'Q') {
            return TERMINAL_QUIT;
        }
    } while (left > 0);
    return TERMINAL_TIME;
}
