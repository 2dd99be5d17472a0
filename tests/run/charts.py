#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a transcript cannot show of charts: SVG files, large recordings, the width of a terminal.

charts.py PATH/TO/sysinfo
"""
import fcntl, json, os, pty, re, struct, subprocess, sys, tempfile, termios, unittest
import xml.etree.ElementTree as xml

sysinfo = os.path.realpath(sys.argv[1])
HEADER = "time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark\n"


def row(time, rss="", pid="", name="job", peak="", mark=""):
    seconds = int(time)
    clock = "2026-11-22T%02d:%02d:%06.3fZ" % (seconds // 3600 % 24, seconds // 60 % 60, time - seconds + seconds % 60)
    return '%s,%.3f,%s,%s,,%s,,%s,,,%s\n' % (clock, time, pid, "" if mark else name, rss, peak, mark)


class Charts(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        os.chdir(self.directory.name)

    def tearDown(self):
        os.chdir("/")
        self.directory.cleanup()

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

    def legend(self, texts):
        """The rows of the legend, which follow the titles of its columns."""
        start = texts.index("slope per minute") + 1
        rows = []
        while texts[start] != "0":
            rows.append(texts[start:start + 6])
            start += 6
        return rows

    def paths(self, root):
        paths = {}
        for element in root.iter():
            if element.tag.endswith("}path"):
                paths.setdefault(element.get("class"), []).append(element.get("d", ""))
        return paths

    def test_a_chart_has_axes_legend_peak_and_slope(self):
        self.write("a.csv", *[row(i, (i + 1) * 10485760) for i in range(11)])
        texts = self.texts(self.svg("a.csv"))
        self.assertIn("Memory (RSS)", texts)
        self.assertIn("100 MiB", texts)
        self.assertIn("10 s", texts)
        self.assertIn("peak 110 MiB", texts)
        self.assertEqual(self.legend(texts), [["a.csv", "110 MiB", "10.0 s", "60.0 MiB", "110 MiB", "+600 MiB"]])
        self.assertEqual(self.summary, "a.csv: peak 110 MiB at 10.0 s\n"
                         "  slope +600 MiB per minute (least squares over 11 samples in 10.0 s, R² 1.00)\n")

    def test_everything_lies_within_the_picture(self):
        rows = [row(i / 7, (i * 37 % 91) * 3e6) for i in range(300)]
        rows += [row(i / 3, mark='"mark number %d"' % i) for i in range(120)]
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
        self.assertEqual(self.legend(texts), [
            ["memory (RSS)", "100 MiB", "0.00 s", "100 MiB", "100 MiB", "constant"],
            ["heap in use", "50.0 MiB", "5.00 s", "18.2 MiB", "10.0 MiB", "no straight line"],
            ["kept back by malloc (estimated)", "45.0 MiB", "6.00 s", "23.2 MiB", "45.0 MiB", "+327 MiB"]])
        paths = self.paths(root)

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

    def test_processes_are_bands_by_name_up_to_the_whole_tree(self):
        mebibyte = 1 << 20
        rows = []
        for i in range(12):
            rows.append(row(i, 100 * mebibyte))
            rows += [row(i, 10 * mebibyte, pid=100 + k + i * 10, name="cc1") for k in range(4)]
            rows += [row(i, 30 * mebibyte, pid=7, name="ld"), row(i, 1000, pid=8, name="tiny")]
        self.write("a.csv", *rows)
        self.assertNotIn("cc1", self.plot("--svg", "a.csv"))
        root = xml.fromstring(self.plot("--svg", "--per-process", "a.csv"))
        names = [r[0] for r in self.legend(self.texts(root))]
        self.assertEqual(names, ["all processes", "cc1 (48 processes)", "ld", "tiny", "other"])
        paths = self.paths(root)
        below = float(re.match(r"M[\d.]+ ([\d.]+)H", paths["axis"][0]).group(1))
        heights = {name: set(re.findall(r"[\d.]+ ([\d.]+) ", d[0].split("L")[1]))
                   for name, d in paths.items() if name.startswith("band")}
        total = float(re.findall(r"[\d.]+ ([\d.]+) ", paths["line total"][-1])[0])
        scale = (below - total) / 100
        sums = {name: [round((below - float(y)) / scale) for y in ys] for name, ys in heights.items()}
        self.assertEqual(sums, {"band f0": [40], "band f1": [70], "band f2": [70], "band f5": [100]})

    def test_figures_that_cannot_be_added_up_are_lines(self):
        rows = []
        for i in range(5):
            rows.append(row(i, 9e7, peak="90000000"))
            rows += [row(i, 1e7, pid=100 + k, name="p%d" % k, peak=str(k * 10000000)) for k in range(4)]
        self.write("a.csv", *rows)
        paths = self.paths(xml.fromstring(self.plot("--svg", "--per-process", "--column", "peak_bytes", "a.csv")))
        self.assertTrue({"line c0", "line c1", "line c2", "line c3"} <= set(paths))
        self.assertFalse([name for name in paths if name and name.startswith("band")])

    def test_a_thousand_processes_are_told_apart(self):
        """Process k has k + i bytes in sample i, and is one of three names."""
        rows = []
        for i in range(4):
            rows.append(row(i, 1000 * 1000, peak="1"))
            rows += [row(i, k + i, pid=1000 + k, name="n%d" % (k % 3), peak="1") for k in range(1000)]
        self.write("a.csv", *rows)
        lines = json.loads(self.plot("--json", "--per-process", "a.csv"))["lines"]
        peaks = {line["label"].split(": ")[-1]: line["peak"]["value"] for line in lines}
        for name in range(3):
            members = range(name, 1000, 3)
            self.assertEqual(peaks["n%d (%d processes)" % (name, len(members))], sum(k + 3 for k in members), peaks)

    def test_a_gap_interrupts_lines_and_areas(self):
        self.write("a.csv", *[row(i, 1e8) for i in range(20)], row(1000, 1e8), *[row(2000 + i, 1e8) for i in range(20)])
        paths = self.paths(self.svg("a.csv"))
        self.assertEqual(paths["area f0"][0].count("M"), 3)
        self.assertEqual(paths["line c0"][-1].count("M"), 3)
        self.assertIn("h.1", paths["line c0"][-1], "a sample alone is a dot")
        self.assertIn("2 gaps without samples, the longest 16 min 40 s from 16 min 40 s", self.summary)

    def cells(self, root):
        """The level of each bin, a row for each CPU."""
        rows = {}
        for element in root.iter():
            if element.tag.endswith("}path") and re.fullmatch("h[0-9]", element.get("class", "")):
                for x, y, width in re.findall(r"M(\d+) ([\d.]+)h(\d+)v", element.get("d")):
                    for i in range(int(x), int(x) + int(width)):
                        self.assertNotIn(i, rows.setdefault(float(y), {}), "no cell is drawn twice")
                        rows[float(y)][i] = int(element.get("class")[1])
        return [rows[y] for y in sorted(rows)]

    def write_cpus(self, name, cpus, samples, percent):
        with open(name, "w") as file:
            file.write("time,interval,cpu,cpu.percent\n")
            for i in samples:
                for cpu in range(cpus):
                    clock = "%02d:%02d:%02d" % (i // 3600, i // 60 % 60, i % 60)
                    file.write("2026-11-22T%s.000Z,1.000,%d,%.2f\n" % (clock, cpu, percent(i, cpu)))

    def test_cpus_are_a_heat_map(self):
        self.write_cpus("a.csv", 64, range(100), lambda i, cpu: min(100, cpu + 0.5 * i))
        root = self.svg("a.csv")
        rows = self.cells(root)
        self.assertEqual(len(rows), 64)
        for cpu, levels in enumerate(rows):
            self.assertEqual([levels[i] for i in range(100)],
                             [min(9, int(min(100, cpu + 0.5 * i) / 10)) for i in range(100)])
        self.assertIn("100 %", self.texts(root))
        self.assertNotIn("no samples", self.texts(root))
        self.assertEqual(self.summary, "64 CPUs: mean 56.1 %; highest cpu 63, mean 86.1 %; lowest cpu 0, mean 24.8 %\n")

    def test_a_gap_in_a_heat_map_is_empty(self):
        self.write_cpus("a.csv", 2, [*range(50), *range(100, 150)], lambda i, cpu: 50)
        for levels in self.cells(self.svg("a.csv")):
            missing = set(range(100)) - set(levels)
            self.assertTrue(30 <= len(missing) <= 36, sorted(missing))
            self.assertEqual(missing, set(range(min(missing), max(missing) + 1)))
        self.assertIn("no samples", self.texts(self.svg("a.csv")))

    def test_marks_of_a_heat_map(self):
        """They are where the time axis says, from above the rows to below the last one."""
        self.write_cpus("a.csv", 8, range(101), lambda i, cpu: 50)
        with open("a.csv") as file:
            lines = file.read().splitlines()
        with open("a.csv", "w") as file:
            file.write(lines[0] + ",mark\n" + "".join(line + ",\n" for line in lines[1:]))
            file.write("2026-11-22T00:00:25.000Z,,,,load\n2026-11-22T00:01:15.000Z,,,,answer\n")
        root = self.svg("a.csv")
        self.assertEqual(len(self.cells(root)), 8)
        self.assertTrue({"load", "answer"} <= set(self.texts(root)))
        found = [re.fullmatch(r"M([\d.]+) ([\d.]+)V([\d.]+)", d) for d in self.paths(root)["mark c1"]]
        self.assertEqual([round(float(mark[1])) for mark in found], [76 + 214, 76 + 642])
        self.assertEqual({mark[3] for mark in found}, {"335.0"})
        names = [line.strip() for line in self.plot("--width", "90", "a.csv").splitlines() if "▲" in line]
        self.assertTrue("▲ load" in names[0] and "▲ answer" in names[0], names)

    def test_a_day_of_many_cpus_makes_no_large_file(self):
        self.write_cpus("a.csv", 128, range(0, 86400, 60), lambda i, cpu: (i * 7919 + cpu * 104729) % 101)
        self.svg("a.csv")
        self.assertLess(os.path.getsize("chart.svg"), 500000)

    def test_the_low_of_what_is_left_is_named(self):
        with open("a.csv", "w") as file:
            file.write("time,mem.available\n")
            for i in range(30):
                file.write("2026-11-22T07:%02d:00.000Z,%d\n" % (i, (1 if i == 11 else 4) << 30))
        texts = self.texts(self.svg("a.csv"))
        self.assertIn("low 1.0 GiB", texts)
        self.assertIn("low", texts)
        self.assertNotIn("peak", texts)
        self.assertIn("07:10", texts)
        self.assertIn("from 2026-11-22 UTC", texts)

    def test_marks_without_room_are_counted(self):
        self.write("a.csv", *[row(i, 1e8) for i in range(20)],
                   *[row(i / 4, mark='"mark number %d"' % i) for i in range(45)])
        texts = self.texts(self.svg("a.csv"))
        named = [t for t in texts if t.startswith("mark number")]
        self.assertIn("and %d more marks" % (45 - len(named)), texts)

    def test_many_marks_make_no_large_file(self):
        self.write("a.csv", *[row(i, 1e8) for i in range(20)], *[row(i / 1000, mark=str(i)) for i in range(19000)])
        texts = self.texts(self.svg("a.csv"))
        self.assertLess(os.path.getsize("chart.svg"), 150000)
        self.assertTrue([t for t in texts if re.fullmatch("and 1[89][0-9]{3} more marks", t)], texts)

    def test_a_long_title_and_long_names_stay_within_the_picture(self):
        for k in "ab":
            self.write("x" * 100 + k + ".csv", *[row(i, 1e8) for i in range(20)])
        texts = self.texts(self.svg("--title", "title " * 100, "x" * 100 + "a.csv", "x" * 100 + "b.csv"))
        self.assertTrue(all(len(t) <= 92 for t in texts), texts)

    def test_a_long_command_leaves_room_for_date_and_status(self):
        self.write("a.csv", *[row(i, 1e8) for i in range(20)])
        with open("a.csv") as file:
            header, rest = file.read().split("\n", 1)
        with open("a.csv", "w") as file:
            file.write(header + "\n# command: job " + "--option " * 40 + "\n" + rest + "# ended: exit 3\n")
        title = self.texts(self.svg("a.csv"))[0]
        self.assertRegex(title, r"^job --option .*\u2026, .*19\.0 s, exit 3$")
        self.assertLessEqual(len(title), 86)

    def test_one_sample_is_a_dot_on_an_axis_of_a_second(self):
        self.write("a.csv", row(0.001, 3e6))
        texts = self.texts(self.svg("a.csv"))
        self.assertTrue({"0 s", "0.5 s", "1 s"} <= set(texts), texts)

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
        drawn = [d for d in self.paths(root)["line c0"] if "H" not in d]
        top = min(float(y) for d in drawn for y in re.findall(r"[\d.]+ ([\d.]+) ", d))
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
            done = subprocess.run([sysinfo, "plot", "a.csv"], stdout=full, stderr=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
