/* SPDX-License-Identifier: MIT */
/*
 * Uses sequences of ECMA-48, and DEC's for the alternate screen and the cursor. All current terminals support them, so
 * no terminal database is needed. The list of dircolors(1) says which terminals have colours.
 */
#undef _XOPEN_SOURCE
#define _DEFAULT_SOURCE 1 /* SIGWINCH, TIOCGWINSZ */
#define _DARWIN_C_SOURCE 1
#define _NETBSD_SOURCE 1
#include "watch/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "platform.h"

static const char enter[] = "\033[?1049h\033[?25l\033[2J\033[H";
/* Moves to the last line first, for terminals without an alternate screen. */
static const char leave[] = "\033[0m\033[999;1H\r\n\033[?25h\033[?1049l";

static struct termios before, while_open;
static volatile sig_atomic_t is_entered, has_changed;
static bool has_keys;
static sigset_t while_asleep;

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int changes[] = {SIGWINCH, SIGCONT};
enum { ENDS = sizeof ends / sizeof ends[0], CHANGES = sizeof changes / sizeof changes[0] };

/* ---- Entering and leaving, also in a signal handler: only async-signal-safe calls ---- */

/* Nothing can be done about an error. */
static void put(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(1, bytes, count);
        if (written < 0 && errno != EINTR) {
            return;
        }
        bytes += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
}

static void set_mode(const struct termios *mode) {
    while (tcsetattr(1, TCSANOW, mode) != 0 && errno == EINTR) {
    }
}

static void enter_screen(void) {
    set_mode(&while_open);
    is_entered = 1; /* Set first, so that anything that ends the process from here on restores the terminal. */
    put(enter, sizeof enter - 1);
}

/* Works from the background, and on a terminal whose output was stopped with ^S. No signal may interrupt it. */
static void leave_screen(void) {
    sigset_t all, now;
    if (is_entered) {
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, &now);
        is_entered = 0;
        tcflow(1, TCOON);
        put(leave, sizeof leave - 1);
        set_mode(&before);
        sigprocmask(SIG_SETMASK, &now, NULL);
    }
}

/* Applies the signal's default action: ends the process, or stops it and returns when it continues. */
static void do_default(int number) {
    struct sigaction normal, ours;
    sigset_t only, now;
    memset(&normal, 0, sizeof normal);
    normal.sa_handler = SIG_DFL;
    sigaction(number, &normal, &ours);
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, &now);
    sigprocmask(SIG_SETMASK, &now, NULL);
    sigaction(number, &ours, NULL);
}

static void on_end(int number) {
    int error = errno;
    leave_screen();
    do_default(number);
    errno = error;
}

static void on_change(int number) {
    (void)number;
    has_changed = 1;
}

/* A signal that is already ignored, as under nohup, stays ignored. */
static void set(int number, void (*handler)(int)) {
    struct sigaction action, now;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigfillset(&action.sa_mask);
    sigdelset(&action.sa_mask, SIGTTOU);
    sigaction(number, NULL, &now);
    if (now.sa_handler != SIG_IGN || number == SIGWINCH) {
        sigaction(number, &action, NULL);
    }
}

/* ---- Properties of the terminal ---- */

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

const char *terminal_refusal(void) {
    if (!isatty(1)) {
        return "stdout is not a terminal";
    }
    if (*variable("TERM") == '\0') {
        return "TERM does not name the terminal";
    }
    return strcmp(variable("TERM"), "dumb") == 0 ? "a dumb terminal has no cursor to move" : NULL;
}

void terminal_size(size_t *columns, size_t *rows) {
    struct winsize size;
    bool is_known = ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = is_known ? size.ws_col : 80;
    *rows = is_known ? size.ws_row : 24;
}

static bool has_word(const char *text, const char *word) {
    return strstr(text, word) != NULL;
}

static bool ends_with(const char *text, const char *word) {
    size_t length = strlen(text), of_word = strlen(word);
    return length >= of_word && strcmp(text + length - of_word, word) == 0;
}

/* Chooses the locale as the C library would, but the locale need not be installed. */
bool terminal_has_blocks(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0] && *locale == '\0'; i++) {
        locale = variable(names[i]);
    }
    return has_word(locale, "UTF-8") || has_word(locale, "utf8") || has_word(locale, "UTF8") ||
           has_word(locale, "utf-8");
}

enum palette terminal_palette(void) {
    static const char begins[][12] = {"alacritty", "ansi",    "con",   "cygwin",     "dtterm", "foot",  "gnome",
                                      "hurd",      "jfbterm", "kitty", "konsole",    "kterm",  "linux", "putty",
                                      "rxvt",      "screen",  "st",    "terminator", "tmux",   "xterm"};
    const char *name = variable("TERM"), *more = variable("COLORTERM");
    if (*variable("NO_COLOR") != '\0' || ends_with(name, "-mono") || ends_with(name, "-m")) {
        return PALETTE_NONE;
    }
    if (has_word(name, "256color") || has_word(name, "direct") || *more != '\0') {
        return PALETTE_256;
    }
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (strncmp(name, begins[i], strlen(begins[i])) == 0) {
            return PALETTE_8;
        }
    }
    return has_word(name, "color") ? PALETTE_8 : PALETTE_NONE;
}

/* ---- Opening and closing ---- */

void terminal_open(void) {
    sigset_t held;
    tcgetattr(1, &before);
    while_open = before;
    while_open.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    while_open.c_cc[VMIN] = 1;
    while_open.c_cc[VTIME] = 0;
    has_keys = isatty(0) != 0;
    sigemptyset(&held);
    for (int i = 0; i < CHANGES; i++) {
        sigaddset(&held, changes[i]);
        set(changes[i], on_change);
    }
    sigprocmask(SIG_BLOCK, &held, &while_asleep);
    for (int i = 0; i < CHANGES; i++) {
        sigdelset(&while_asleep, changes[i]);
    }
    set_mode(&while_open); /* In the background, this stops the process before anything is drawn. */
    for (int i = 0; i < ENDS; i++) {
        set(ends[i], on_end);
    }
    set(SIGTSTP, on_end);
    enter_screen();
}

void terminal_close(void) {
    leave_screen();
}

bool terminal_is_ours(void) {
    pid_t foreground = tcgetpgrp(1);
    bool is_foreground = foreground < 0 || foreground == getpgrp();
    if (!is_foreground) {
        is_entered = 0;
    } else if (!is_entered) {
        enter_screen();
    }
    return is_foreground;
}

/* ---- Waiting ---- */

/* Returns false if q was pressed. A closed terminal has no keys. */
static bool read_keys(void) {
    char keys[64];
    ssize_t count = read(0, keys, sizeof keys);
    has_keys = count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
    for (ssize_t i = 0; i < count; i++) {
        if (keys[i] == 'q' || keys[i] == 'Q') {
            return false;
        }
    }
    return true;
}

/* Checks for keys even if `time` has passed already. */
enum terminal_event terminal_wait(double time) {
    double left;
    do {
        left = time - platform_clock();
        left = left > 86400 ? 86400 : left > 0 ? left : 0;
        struct timespec timeout = {(time_t)left, 0};
        timeout.tv_nsec = (long)((left - (double)timeout.tv_sec) * 1e9);
        fd_set keys;
        FD_ZERO(&keys);
        if (has_keys) {
            FD_SET(0, &keys);
        }
        int ready = pselect(1, &keys, NULL, NULL, &timeout, &while_asleep);
        if (ready > 0 && !read_keys()) {
            return TERMINAL_QUIT;
        }
        if (has_changed) {
            has_changed = 0;
            if (is_entered && terminal_is_ours()) {
                set_mode(&while_open); /* A shell had the terminal meanwhile, and no signal reports its return. */
            }
            return TERMINAL_CHANGED;
        }
    } while (left > 0);
    return TERMINAL_TIME;
}
