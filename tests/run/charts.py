#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a transcript cannot show of charts: SVG files, large recordings, the width of a terminal.

charts.py PATH/TO/sysinfo
"""
import fcntl, os, pty, re, struct, subprocess, sys, tempfile, termios, unittest
import xml.etree.ElementTree as xml

sysinfo = os.path.realpath(sys.argv[1])
HEADER = "time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark\n"


def row(time, rss="", pid="", name="job", peak="", mark=""):
    seconds = int(time)
    clock = "2026-11-22T%02d:%02d:%06.3fZ" % (seconds // 3600 % 24, seconds // 60 % 60, time - seconds + seconds % 60)
    return '%s,%.3f,%s,%s,,%s,,%s,,,%s\n' % (clock, time, pid, "" if mark else name, rss, peak, mark)


class Charts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)

    def tearDown(self):
        os.chdir("/")
        self.folder.cleanup()

    def write(self, name, *rows):
        with open(name, "w") as file:
            file.write(HEADER + "".join(rows))

    def plot(self, *arguments, status=0):
        done = subprocess.run([sysinfo, "plot", *arguments], capture_output=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.decode()

    def svg(self, *arguments):
        self.summary = self.plot("-o", "chart.svg", *arguments)
        return xml.parse("chart.svg").getroot()

    def texts(self, root):
        return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]

    def test_a_chart_has_axes_legend_peak_and_slope(self):
        self.write("a.csv", *[row(i, (i + 1) * 10485760) for i in range(11)])
        texts = self.texts(self.svg("a.csv"))
        self.assertIn("Memory (RSS)", texts)
        self.assertIn("100 MiB", texts)
        self.assertIn("10 s", texts)
        self.assertIn("peak 110 MiB", texts)
        legend = [t for t in texts if t.startswith("a.csv")]
        self.assertEqual(legend, ["a.csvpeak 110 MiB at 10.0 s; slope +600 MiB per minute (least squares over 11 samples in 10.0 s, R² 1.00)"])
        self.assertEqual(self.summary, "a.csv: peak 110 MiB at 10.0 s\n  slope +600 MiB per minute (least squares over 11 samples in 10.0 s, R² 1.00)\n")

    def test_everything_lies_within_the_picture(self):
        rows = [row(i / 7, (i * 37 % 91) * 3e6) for i in range(300)] + [row(i / 3, mark='"mark number %d"' % i) for i in range(120)]
        self.write("a.csv", *rows)
        root = self.svg("a.csv")
        left, top, width, height = map(float, root.get("viewBox").split())
        for element in root.iter():
            for key, most in (("x", width), ("y", height), ("cx", width), ("cy", height)):
                if element.get(key) is not None:
                    self.assertTrue(0 <= float(element.get(key)) <= most, xml.tostring(element))
        names = [e for e in root.iter() if e.tag.endswith("}text") and "mark number" in "".join(e.itertext())]
        self.assertTrue(4 <= len(names) < 120)
        rows = {}
        for name in names:
            at, end = float(name.get("x")), name.get("text-anchor") == "end"
            length = 7 * len("".join(name.itertext()))
            rows.setdefault(name.get("y"), []).append((at - length if end else at, at if end else at + length))
        for spans in rows.values():
            spans.sort()
            self.assertTrue(all(a[1] <= b[0] for a, b in zip(spans, spans[1:])), spans)

    def test_heaps_are_layers_in_the_memory(self):
        mebibyte = 1 << 20
        rows = []
        for i in range(11):
            used, kept = (10 * i, 5) if i < 6 else (10, 45)
            rows.append(row(i, 100 * mebibyte).replace("\n", ",1,%d,%d\n" % (used * mebibyte, kept * mebibyte)))
        with open("a.csv", "w") as file:
            file.write(HEADER.replace("\n", ",heap_processes,heap_bytes,heap_kept_bytes\n") + "".join(rows))
        root = self.svg("a.csv")
        texts = self.texts(root)
        self.assertIn("a.csv: heap in usepeak 50.0 MiB at 5.00 s, 10.0 MiB at the end; slope -27.3 MiB per minute (R² 0.01)", texts)
        self.assertIn("a.csv: kept back by malloc (estimated)peak 45.0 MiB at 6.00 s, 45.0 MiB at the end; slope +327 MiB per minute (R² 0.75)", texts)
        paths = {}
        for element in root.iter():
            paths.setdefault(element.get("class"), []).append(element.get("d", ""))

        def heights(path):
            return [float(y) for y in re.findall(r"[\d.]+ ([\d.]+) ", path)]

        total = heights(paths["line c0"][-1])
        below = float(re.match(r"M[\d.]+ ([\d.]+)H", paths["axis"][0]).group(1))
        scale = (below - total[0]) / 100
        used, kept = heights(paths["line c1"][-1]), heights(paths["line c2"][-1])
        self.assertEqual([round((below - y) / scale) for y in used], [0, 10, 20, 30, 40, 50, 10, 10, 10, 10, 10])
        self.assertEqual([round((below - y) / scale) for y in kept], [5, 15, 25, 35, 45, 55, 55, 55, 55, 55, 55])
        for area, line in (("in-use f1", used), ("kept", kept)):
            self.assertEqual(heights(paths[area][-1].split("L")[1]), line)
        order = [e.get("class") for e in root.iter() if e.get("class") in ("in-use f1", "kept", "line c0")]
        self.assertEqual(order[-3:], ["kept", "in-use f1", "line c0"])

    def test_several_files_have_their_own_lines(self):
        for k in (1, 2, 3):
            self.write("%d.csv" % k, *[row(i, k * 1e7) for i in range(5)])
        root = self.svg("1.csv", "2.csv", "3.csv")
        lines = [e.get("class") for e in root.iter() if e.get("class", "").startswith("line ")]
        self.assertEqual(sorted(lines), ["line c0", "line c0", "line c1", "line c1", "line c2", "line c2"])

    def test_processes_on_request(self):
        rows = []
        for i in range(5):
            rows += [row(i, 9e7)] + [row(i, 1e7 * (k + 1), pid=100 + k, name="p%d" % k) for k in range(4)] + [row(i, 1000, pid=7, name="tiny")]
        self.write("a.csv", *rows)
        self.assertNotIn("p3", self.plot("--svg", "a.csv"))
        texts = " ".join(self.texts(xml.fromstring(self.plot("--svg", "--per-process", "a.csv"))))
        for k in range(4):
            self.assertIn("a.csv: p%d (%d)" % (k, 100 + k), texts)
        self.assertNotIn("tiny", texts)

    def test_names_are_escaped(self):
        self.write("a&b.csv", row(0, 1e6), row(1, 2e6), row(0.5, mark='"<b>&amp; ""x"" \x1b[31m\xff\uffff"'))
        texts = self.texts(self.svg("--title", "<title> & ]]>", "a&b.csv"))
        self.assertIn("<title> & ]]>", texts)
        self.assertTrue(any(t.startswith("a&b.csv") for t in texts))
        self.assertTrue(any(t.startswith('<b>&amp; "x" \ufffd[31m') for t in texts), texts)

    def test_light_and_dark(self):
        self.write("a.csv", row(0, 1e6), row(1, 2e6))
        text = self.plot("--svg", "a.csv")
        self.assertIn("@media (prefers-color-scheme:dark)", text)
        self.assertNotIn("http", text.replace("http://www.w3.org/2000/svg", ""))

    def test_a_long_recording_makes_no_large_file_and_loses_no_peak(self):
        rows = [row(i / 10, 1e8 + i % 50 * 1000) for i in range(300000)]
        rows[177777] = row(17777.7, 777 << 20)
        self.write("a.csv", *rows)
        root = self.svg("a.csv")
        self.assertLess(os.path.getsize("chart.svg"), 150000)
        self.assertIn("peak 777 MiB", self.texts(root))
        top = min(float(y) for e in root.iter() if e.get("class") == "line c0" and "L" not in e.get("d", "") for y in re.findall(r"[\d.]+ ([\d.]+) ", e.get("d")))
        dot = [float(e.get("cy")) for e in root.iter() if e.tag.endswith("}circle")][0]
        self.assertAlmostEqual(top, dot, delta=0.11)
        self.assertIn("▼", self.plot("--width", "60", "a.csv"))

    def test_ten_thousand_processes_in_a_recording(self):
        rows = []
        for i in range(40):
            rows += [row(i, 1e8)] + [row(i, 1e4 * (k % 7), pid=1000 + i * 250 + k, name="sh") for k in range(250)]
        self.write("a.csv", *rows)
        self.assertIn("peak 95.4 MiB", self.plot("--ascii", "--per-process", "a.csv"))

    def test_only_that_range_of_time(self):
        self.write("a.csv", *[row(i, (100 - i) * 1e6) for i in range(100)])
        self.assertIn("least squares over 11 samples in 10.0 s", self.plot("--from", "20s", "--to", "30s", "a.csv"))
        self.assertIn("peak 76.3 MiB at 20.0 s", self.plot("--from", "20s", "--to", "30s", "a.csv"))

    def test_round_numbers_on_every_scale(self):
        for highest in (1, 900, 1025, 5e5, 1048577, 3.3e8, 2e9, 7e10, 9e13):
            for length in (0.05, 3, 59, 119, 121, 4000, 7300, 200000, 3e6):
                self.write("a.csv", *[row(i * length / 10, highest * i / 10) for i in range(11)])
                chart = self.plot("--ascii", "--width", "80", "a.csv")
                ticks = [float(t) for t in re.findall(r"^ *([\d.e+]+) \+", chart, re.M)]
                self.assertTrue(3 <= len(ticks) <= 7, chart)
                for tick in ticks:
                    self.assertRegex("%.6e" % tick, r"^\d\.\d{0,2}0000")
                self.assertTrue(all(len(line) <= 80 for line in chart.splitlines() if "slope" not in line), chart)
                lines = chart.split("\n")
                axis = [k for k, line in enumerate(lines) if line.lstrip().startswith("0 +-")][0]
                times = re.findall(r"([\d.]+) (?:s|min|h|days)\b", lines[axis + 1])
                self.assertTrue(2 <= len(times) <= 12, (length, chart))

    def test_the_width_is_that_of_the_terminal(self):
        self.write("a.csv", *[row(i, i * 1e6) for i in range(50)])
        for columns in (50, 123):
            parent, child = pty.openpty()
            fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            process = subprocess.Popen([sysinfo, "plot", "a.csv"], stdout=child)
            os.close(child)
            output = b""
            while True:
                try:
                    more = os.read(parent, 65536)
                except OSError:
                    break
                if not more:
                    break
                output += more
            process.wait()
            os.close(parent)
            widths = [len(line) for line in output.decode().splitlines() if "slope" not in line]
            self.assertEqual(max(widths), columns - 1)
            self.assertEqual(output.decode().replace("\r\n", "\n"), self.plot("--width", str(columns), "a.csv"))

    def test_a_full_disk(self):
        self.write("a.csv", row(0, 1e6), row(1, 2e6))
        self.plot("-o", "/dev/full", "a.csv", status=3)
        with open("/dev/full", "wb") as full:
            self.assertEqual(subprocess.run([sysinfo, "plot", "a.csv"], stdout=full, stderr=subprocess.DEVNULL).returncode, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
