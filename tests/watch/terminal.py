#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What happens on a terminal: `sysinfo watch` takes it, draws on it and gives it back; `wait -v` shows progress.

terminal.py PATH/TO/sysinfo
"""
import fcntl, os, re, select, signal, struct, subprocess, sys, tempfile, termios, time, unittest

sysinfo = os.path.realpath(sys.argv[1])
ENTER, LEAVE = b"\033[?1049h", b"\033[?1049l"
PATIENCE = 100  # Seconds until a test fails; a passing one never waits that long.


class Screen:
    """As much of a terminal as is needed: two screens, and the sequences that are written."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.is_second, self.has_cursor, self.saved = False, True, None
        self.unknown, self.text = [], b""
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.x = self.y = 0

    def feed(self, data):
        self.text += data
        pattern = re.compile(rb"\033\[([?0-9;]*)([A-Za-z])|\r|\n|[\x20-\x7e]|[\xc0-\xff][\x80-\xbf]*", re.S)
        while True:
            found = pattern.match(self.text)
            rest = self.text[found.end():] if found else self.text
            if not found or (not rest and self.text[-1] >= 0x80):
                if not found and self.text and self.text[:1] not in b"\033" and self.text[0] < 0xc0:
                    self.unknown.append(self.text[:20])
                    self.text = self.text[1:]
                    continue
                return
            self.text = rest
            self.obey(found)

    def obey(self, found):
        all_of_it, final = found.group(0), found.group(2)
        if final is None:
            if all_of_it == b"\r":
                self.x = 0
            elif all_of_it == b"\n":
                self.y += 1
                if self.y == self.rows:  # It scrolls.
                    self.cells = self.cells[1:] + [[" "] * self.columns]
                    self.y -= 1
            else:
                if self.x == self.columns:
                    self.unknown.append(b"a line wraps")
                    self.x = 0
                self.cells[self.y][self.x] = all_of_it.decode()
                self.x += 1
            return
        arguments = found.group(1).decode()
        if final == b"H":
            numbers = [int(n) for n in arguments.split(";")] if arguments else [1, 1]
            self.y, self.x = min(numbers[0], self.rows) - 1, min(numbers[1], self.columns) - 1
        elif final == b"K" and arguments == "":
            self.cells[self.y][min(self.x, self.columns - 1):] = [" "] * (self.columns - min(self.x, self.columns - 1))
        elif final == b"J" and arguments == "2":
            self.cells = [[" "] * self.columns for _ in range(self.rows)]
        elif final in b"hl" and arguments == "?1049":
            if final == b"h" and not self.is_second:
                self.saved = ([row[:] for row in self.cells], self.x, self.y)
                self.clear()
            elif final == b"l" and self.is_second:
                self.cells, self.x, self.y = self.saved
            self.is_second = final == b"h"
        elif final in b"hl" and arguments == "?25":
            self.has_cursor = final == b"h"
        elif final != b"m":
            self.unknown.append(all_of_it)

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]


# A shell's job control: ^Z takes the terminal away, b and f are bg and fg.
SHELL = """
import os, signal, sys
commands, terminal = int(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(terminal, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[3], sys.argv[3:])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(terminal, os.getpgrp())
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status) % 256)
    print("stopped", file=sys.stderr, flush=True)
    for command in iter(lambda: os.read(commands, 1), b""):
        if command == b"f":
            os.tcsetpgrp(terminal, job)
        os.killpg(job, signal.SIGCONT)
        if command == b"f":
            break
"""


class Session:
    """A command that has a terminal of its own, as a shell's job in the foreground has it."""

    def __init__(self, *arguments, columns=80, rows=24, stdin=None, has_shell=False, has_error=False,
                 **environment):
        self.ours, self.terminal = os.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.terminal)
        self.screen = Screen(columns, rows)
        self.screen.feed(b"$ \r\n")
        self.writes = []
        clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLORTERM", "LC_ALL")}
        clean.update(TERM="xterm-256color", LANG="C.UTF-8", LC_CTYPE="C.UTF-8")
        clean.update(environment)
        terminal = self.terminal

        def take_terminal():
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

        command, kept = [sysinfo, *arguments], ()
        if has_shell:
            theirs, self.shell = os.pipe()
            kept = (theirs, terminal)
            command = [sys.executable, "-c", SHELL, str(theirs), str(terminal), *command]
        self.child = subprocess.Popen(command, stdin=terminal if stdin is None else stdin, stdout=terminal,
                                      stderr=terminal if has_error else subprocess.PIPE,
                                      preexec_fn=take_terminal, pass_fds=kept,
                                      env={key: value for key, value in clean.items() if value is not None})

    def resize(self, columns, rows):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.05):
        if self.ours >= 0 and select.select([self.ours], [], [], seconds)[0]:
            try:
                data = os.read(self.ours, 1 << 20)
            except OSError:
                return False
            self.writes.append(data)
            self.screen.feed(data)
            return True
        return False

    def until(self, what, test):
        end = time.monotonic() + PATIENCE
        while not test():
            if time.monotonic() > end:
                raise AssertionError("not seen: %s\n%s" % (what, "\n".join(self.screen.lines())))
            self.read()

    def shows(self, text):
        self.until(text, lambda: self.screen.is_second and any(text in line for line in self.screen.lines()))

    def mode(self):
        return termios.tcgetattr(self.terminal)

    def type(self, keys):
        os.write(self.ours, keys)

    def end(self):
        """The status, once all output is read."""
        deadline = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            if time.monotonic() > deadline:
                self.child.kill()
                raise AssertionError("it does not end")
            self.read()
        while self.read(0):
            pass
        self.error = self.child.stderr.read().decode() if self.child.stderr else ""
        return self.child.returncode

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        if self.child.stderr:
            self.child.stderr.close()
        for descriptor in (self.ours, self.terminal):
            if descriptor >= 0:
                os.close(descriptor)


class Wait(unittest.TestCase):
    def start(self, *arguments, **options):
        session = Session("wait", *arguments, **options)
        self.addCleanup(session.close)
        return session

    def test_progress_is_one_line_that_goes_away(self):
        session = self.start("-v", "mem.total > 1000T", "load.min1 < cpu.count", "--timeout", "1s", "-i", "0.1",
                             columns=120, has_error=True)
        session.until("progress", lambda: re.match(
            r"sysinfo wait: mem\.total > 1000T: [0-9.]+ [KMGT]iB, load\.min1 < cpu\.count: [0-9.]+ and [0-9]+; "
            r"[0-9.]+ m?s left$", session.screen.lines()[1]))
        self.assertEqual(session.end(), 1)
        lines = session.screen.lines()
        self.assertRegex(lines[1], r"^sysinfo wait: mem\.total > 1000T: mem\.total is [0-9]+: false$")
        self.assertRegex(lines[2], r"^sysinfo wait: load\.min1 < cpu\.count: .*(true|false)$")
        self.assertEqual(lines[3:], [""] * 21)
        self.assertEqual(session.screen.unknown, [])

    def test_progress_is_cut_to_the_width(self):
        for columns, is_whole in ((30, False), (200, True)):
            session = self.start("-v", "mem.total > 1", "--for", "1s", "-i", "0.1", columns=columns, has_error=True)
            session.until("progress", lambda: session.screen.lines()[1].startswith("sysinfo wait: mem.total > 1:"))
            for _ in range(3):
                session.read(10)
            self.assertEqual(b"; held " in b"".join(session.writes), is_whole)
            self.assertEqual(session.screen.unknown, [])  # Including wrapped lines.
            self.assertEqual(session.end(), 0)

    def test_no_progress_elsewhere(self):
        arguments = [sysinfo, "wait", "mem.total > 1000T", "--timeout", "0.3s", "-i", "0.05"]
        done = subprocess.run([*arguments, "-v"], capture_output=True, text=True, timeout=PATIENCE)
        self.assertRegex(done.stderr, r"^sysinfo wait: mem\.total > 1000T: mem\.total is [0-9]+: false\n$")
        session = self.start(*arguments[2:], has_error=True)
        self.assertEqual(session.end(), 1)
        self.assertEqual(b"".join(session.writes), b"")


class Watch(unittest.TestCase):
    def start(self, *arguments, **options):
        session = Session("watch", *arguments, **options)
        self.addCleanup(session.close)
        return session

    def is_given_back(self, session):
        self.assertEqual(session.mode(), session.before)
        self.assertFalse(session.screen.is_second)
        self.assertTrue(session.screen.has_cursor)
        self.assertEqual(session.screen.lines()[0], "$")
        self.assertEqual(session.screen.unknown, [])

    def test_q_ends_it_and_gives_the_terminal_back(self):
        session = self.start("0.1")
        session.shows("q ends")
        self.assertFalse(session.screen.has_cursor)
        self.assertNotEqual(session.mode(), session.before)
        self.assertTrue(any(line.startswith("mem ") for line in session.screen.lines()))
        session.type(b"xq")
        self.assertEqual(session.end(), 0, session)
        self.assertEqual(session.error, "")
        self.is_given_back(session)

    def test_interrupt_and_requests_to_end_give_it_back(self):
        for number, key in ((signal.SIGINT, b"\003"), (signal.SIGQUIT, b"\034"), (signal.SIGTERM, None),
                            (signal.SIGHUP, None)):
            with self.subTest(number):
                session = self.start("0.1")
                session.shows("q ends")
                if key is not None:
                    session.type(key)
                else:
                    session.child.send_signal(number)
                self.assertEqual(session.end(), -number)
                self.is_given_back(session)

    def test_a_machine_that_tells_nothing_leaves_the_screen_alone(self):
        with tempfile.TemporaryDirectory() as directory:
            session = self.start("0.1", "--root", directory)
            self.assertEqual(session.end(), 3)
            self.assertEqual(b"".join(session.writes), b"")
            self.assertIn("%s/proc/" % directory, session.error)

    def test_stopped_in_the_background_and_back(self):
        session = self.start("0.1", has_shell=True)
        session.shows("q ends")
        for _ in range(2):
            session.type(b"\032")  # ^Z
            self.assertEqual(session.child.stderr.readline(), b"stopped\n")
            while session.read():
                pass
            self.is_given_back(session)
            os.write(session.shell, b"b")
            del session.writes[:]
            while session.read(0.5):  # It continues without drawing.
                pass
            self.assertEqual(session.writes, [])
            self.is_given_back(session)
            os.write(session.shell, b"f")
            session.shows("q ends")
            self.assertNotEqual(session.mode(), session.before)
        session.type(b"q")
        self.assertEqual(session.end(), 0)
        self.is_given_back(session)

    def test_a_stop_that_it_cannot_notice(self):
        session = self.start("0.1")
        session.shows("q ends")
        session.child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, session.child.pid, os.WSTOPPED | os.WNOWAIT)
        while session.read():
            pass
        during = session.mode()
        termios.tcsetattr(session.terminal, termios.TCSANOW, session.before)  # As a shell does.
        session.child.send_signal(signal.SIGCONT)
        session.until("keys that arrive at once", lambda: session.mode() == during)
        session.type(b"q")
        self.assertEqual(session.end(), 0)
        self.is_given_back(session)

    def test_it_follows_the_size(self):
        session = self.start("60")  # The next sample is far away, so any drawing is caused by the size.
        session.shows("q ends")
        for columns, rows in ((200, 50), (20, 5), (1, 1), (1, 40), (300, 2), (80, 24)):
            session.screen = Screen(columns, rows)
            session.screen.feed(b"\033[?1049h")
            session.resize(columns, rows)
            session.until("%d x %d" % (columns, rows), lambda: session.screen.lines()[0][:1] == "c")
            while session.read():
                pass
            self.assertEqual(session.screen.unknown, [], (columns, rows))
        session.type(b"q")
        self.assertEqual(session.end(), 0)

    def test_a_frame_is_drawn_over_the_one_before(self):
        session = self.start("0.05")
        session.shows("q ends")
        for _ in range(10):
            session.read(10)
        session.type(b"q")
        self.assertEqual(session.end(), 0)
        frames = b"".join(session.writes).split(ENTER)[1].split(LEAVE)[0].split(b"\033[H")[2:]
        self.assertGreater(len(frames), 3)
        for frame in frames[:-1]:
            self.assertNotIn(b"\033[2J", frame)
            self.assertNotIn(b"\033[J", frame)
            self.assertEqual(frame.count(b"\n"), 23)

    def test_colours_only_where_they_are_wanted(self):
        for wanted, environment in ((True, {}), (True, {"NO_COLOR": ""}), (False, {"NO_COLOR": "1"}),
                                    (True, {"TERM": "xterm"}), (False, {"TERM": "vt220"}),
                                    (False, {"TERM": "xterm-mono"}), (True, {"TERM": "vt220", "COLORTERM": "yes"})):
            with self.subTest(environment):
                session = self.start("mem", "0.1", **environment)
                session.shows("q ends")
                session.type(b"q")
                self.assertEqual(session.end(), 0)
                self.assertEqual(re.search(rb"\033\[3[0-9;]+m", b"".join(session.writes)) is not None, wanted)

    def test_blocks_only_in_a_locale_that_has_them(self):
        for has_blocks, environment in ((True, {"LANG": "de_DE.UTF-8", "LC_CTYPE": None}),
                                        (False, {"LANG": "C.UTF-8", "LC_ALL": "C"}),
                                        (False, {"LANG": None, "LC_CTYPE": None}),
                                        (True, {"LC_CTYPE": "en_US.utf8", "LANG": "C"})):
            with self.subTest(environment):
                session = self.start("mem", "0.1", **environment)
                session.shows("q ends")
                session.type(b"q")
                self.assertEqual(session.end(), 0)
                self.assertEqual(not b"".join(session.writes).isascii(), has_blocks)

    def test_without_keys(self):
        """What stdin has is no key, and its end no reason to hurry."""
        with tempfile.TemporaryFile() as file:
            file.write(b"q" * 100)
            file.seek(0)
            for stdin in (file, subprocess.DEVNULL):
                session = self.start("0.1", stdin=stdin)
                session.shows("q ends")
                for _ in range(5):
                    session.read(10)
                self.assertIsNone(session.child.poll())
                session.type(b"\003")
                self.assertEqual(session.end(), -signal.SIGINT)
                self.is_given_back(session)

    def test_a_terminal_that_goes_away(self):
        session = self.start("0.1")
        session.shows("q ends")
        os.close(session.ours)
        session.ours = -1
        self.assertIn(session.end(), (-signal.SIGHUP, 3))

    def test_a_terminal_that_goes_away_and_no_signal(self):
        session = self.start("0.1", stdin=subprocess.DEVNULL)
        session.shows("q ends")
        session.child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, session.child.pid, os.WSTOPPED | os.WNOWAIT)
        os.close(session.terminal)
        os.close(session.ours)
        session.ours = session.terminal = -1
        session.child.send_signal(signal.SIGCONT)
        self.assertIn(session.end(), (-signal.SIGHUP, 3))

    def test_refused_without_a_terminal(self):
        def refused(*arguments, **options):
            done = subprocess.run([sysinfo, "watch", *arguments], capture_output=True, timeout=PATIENCE, **options)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            return done.stderr.decode()

        self.assertEqual(refused(), "sysinfo watch: stdout is not a terminal; without a screen use a stream: "
                                    "sysinfo get cpu.percent mem.usable 1\n")
        self.assertIn(": sysinfo swap 1\n", refused("swap", "5"))
        shown = subprocess.run([sysinfo, "watch", "--help"], capture_output=True, text=True).stdout
        groups = re.search("GROUP: ([a-z ]+)\\.", shown).group(1).split()
        self.assertIn("is not a terminal", refused(*groups))
        self.assertIn("write %s or %s\n" % (", ".join(groups[:-1]), groups[-1]), refused("nosuch"))

    def test_refused_on_a_terminal_that_cannot(self):
        for environment in ({"TERM": None}, {"TERM": ""}, {"TERM": "dumb"}):
            session = self.start(**environment)
            self.assertEqual(session.end(), 2)
            self.assertEqual(b"".join(session.writes), b"")
            self.assertIn("use a stream: sysinfo get", session.error)

    def test_refused_with_stdout_closed(self):
        done = subprocess.run(["sh", "-c", 'exec "$0" watch >&-', sysinfo], capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"stdout is not a terminal", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
