#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psutil's calls for CPUs and memory, implemented by libsysinfo: a module to copy.

    import python_ctypes as sysinfo
    sysinfo.virtual_memory().available
    sysinfo.cpu_percent(interval=1, percpu=True)
    sysinfo.get("mem.usable")      # every field of the library, by its name

Named tuples have psutil's names and order, and this system's fields. There are four
differences. A value that the system does not report is None, not 0. Where psutil returns
0.0 because there is no earlier call to compare with, these return None. Each thread has a
host of its own, so threads neither wait for each other nor shorten each other's interval.
cpu_freq() has the bounds of the hardware, psutil's those of the governor.

As a program it prints every figure:

    python_ctypes.py [LIBRARY]
"""
import collections
import ctypes
import sys
import threading

LIBRARY = {"darwin": "libsysinfo.0.dylib", "win32": "libsysinfo.dll"}.get(sys.platform, "libsysinfo.so.0")

OK, NOT_SUPPORTED, NOT_YET, UNKNOWN = 0, -1, -8, -11  # enum sysinfo_status
CPU_LOGICAL, CPU_PHYSICAL, CPU_USABLE = 1, 2, 3  # enum sysinfo_cpu_kind
CPU_USAGE, CPU_SAMPLE, MEMORY, SWAP, LOAD, STATS = 1, 3, 4, 5, 6, 7  # enum sysinfo_result
HEAP, PROCESS, FREQUENCY = 20, 21, 23
LABEL = 2  # enum sysinfo_kind
UINT64, DOUBLE, TEXT = 0, 1, 2  # enum sysinfo_type
UNLIMITED = 2 ** 64 - 1


class Error(OSError):
    """A call that failed: `status` is a number of enum sysinfo_status."""

    def __init__(self, status, explanation):
        super().__init__(explanation)
        self.status = status


class Field(ctypes.Structure):
    """struct sysinfo_field of <sysinfo/fields.h>"""
    _fields_ = [(name, ctypes.c_char_p) for name in ("group", "name", "meaning", "metric", "metric_labels")] + \
               [(name, ctypes.c_uint32) for name in ("result", "unit", "kind", "type", "offset", "size")]

    @property
    def full_name(self):
        return f"{self.group.decode()}.{self.name.decode()}"


class Library:
    """The functions, and a structure for each result, both made from the loaded library."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        pointer, number = ctypes.c_void_p, ctypes.c_uint32
        self.prepare("field_next", [pointer], ctypes.POINTER(Field))
        self.prepare("field_source", [pointer], ctypes.c_char_p)
        self.prepare("explain", [pointer, ctypes.c_int], ctypes.c_char_p)
        self.prepare("host_open", [pointer, ctypes.c_char_p])
        self.prepare("host_close", [pointer], None)
        self.prepare("read", [pointer, number, pointer, ctypes.c_size_t])
        self.prepare("cpu_times_percent", [pointer, ctypes.c_double, pointer, ctypes.c_size_t])
        self.prepare("cpu_percent", [pointer, ctypes.c_double, pointer])
        self.prepare("cpu_count", [pointer, number])
        self.prepare("process_memory", [pointer, pointer])
        for call in "cpu_times_percpu", "cpu_freq_percpu":
            self.prepare(call, [pointer, pointer])
        for call in "cpu_usage_percpu", "cpu_percent_percpu":
            self.prepare(call, [pointer, ctypes.c_double, pointer])
        for row in "sample", "usage", "frequency":
            self.prepare(f"cpu_{row}_list_at", [pointer, ctypes.c_size_t], pointer)
            self.prepare(f"cpu_{row}_list_free", [pointer], None)
        self.fields, self.has_source = [], set()
        field = self.call("field_next", None)
        while field:
            self.fields.append(field.contents)
            if self.call("field_source", field):
                self.has_source.add(field.contents.full_name)
            field = self.call("field_next", field)
        self.by_name = {field.full_name: field for field in self.fields}
        self.structures = self.make_structures()

    def prepare(self, name, arguments, result=ctypes.c_int):
        function = getattr(self.functions, f"sysinfo_{name}")
        function.argtypes, function.restype = arguments, result

    def call(self, name, *arguments):
        return getattr(self.functions, f"sysinfo_{name}")(*arguments)

    def make_structures(self):
        """Two masks, then the fields by offset, of which two groups may share a result."""
        rows = {}
        for field in self.fields:
            types = {UINT64: ctypes.c_uint64, DOUBLE: ctypes.c_double, TEXT: ctypes.c_char * field.size}
            rows.setdefault(field.result, {})[field.offset] = (field.name.decode(), types[field.type])
        masks = [("present", ctypes.c_uint64), ("estimated", ctypes.c_uint64)]
        return {result: type(f"Result{result}", (ctypes.Structure,),
                             {"result": result, "_fields_": masks + [fields[offset] for offset in sorted(fields)]})
                for result, fields in rows.items()}

    def value(self, field, out):
        """None: unknown. No limit is infinity."""
        if not out.present >> field.offset // 8 & 1:
            return None
        value = getattr(out, field.name.decode())
        return float("inf") if value == UNLIMITED else value.decode(errors="replace") if field.type == TEXT else value

    def values(self, group, out):
        return {field.name.decode(): self.value(field, out) for field in self.fields
                if field.result == out.result and field.group.decode() == group}


class Host:
    """struct sysinfo_host, for one thread at a time; it closes itself."""

    def __init__(self, library, root=None):
        self.library, self.pointer = library, ctypes.c_void_p()
        self.check(library.call("host_open", ctypes.byref(self.pointer), root.encode() if root else None))

    def __del__(self):
        self.library.call("host_close", self.pointer)

    def check(self, status):
        if status < OK:
            raise Error(status, self.library.call("explain", self.pointer, status).decode(errors="replace"))
        return status

    def call(self, name, *arguments):
        return self.check(self.library.call(name, self.pointer, *arguments))

    def read(self, result, call="read", *arguments):
        out = self.library.structures[result]()
        first = (result,) if call == "read" else arguments
        self.call(call, *first, ctypes.byref(out), ctypes.sizeof(out))
        return out

    def rows(self, result, row, call, *arguments):
        """A copy of each CPU's row: the list's own rows go with it."""
        rows, structure, copies = ctypes.c_void_p(), self.library.structures[result], []
        self.call(call, *arguments, ctypes.byref(rows))
        try:
            while at := self.library.call(f"cpu_{row}_list_at", rows, len(copies)):
                copies.append(structure.from_buffer_copy(ctypes.string_at(at, ctypes.sizeof(structure))))
        finally:
            self.library.call(f"cpu_{row}_list_free", rows)
        return copies


_library, _library_lock, _threads = None, threading.Lock(), threading.local()


def load(path=LIBRARY):
    """Loads the library. Without it, the first call does."""
    global _library
    with _library_lock:
        if _library is None:
            _library = Library(path)
        return _library


def host():
    """The host of this thread."""
    if not hasattr(_threads, "host"):
        _threads.host = Host(load())
    return _threads.host


def _tuple_type(name, group, order):
    """psutil's fields in psutil's order, without those that this system never reports."""
    library = load()
    own = [field.name.decode() for field in library.fields
           if field.group.decode() == group and field.kind != LABEL and field.full_name in library.has_source]
    fields = [field for field in order if field in own or f"{group}.{field}" not in library.by_name]
    return collections.namedtuple(name, fields)


_types = {}


def _make(name, group, order, out, more=None):
    if name not in _types:
        _types[name] = _tuple_type(name, group, order)
    values = {**load().values(group, out), **(more or {})}
    return _types[name](*(values.get(field) for field in _types[name]._fields))


MODES = "user nice system idle iowait irq softirq steal guest guest_nice".split()


def _times(out):
    return _make("scputimes", "cpu.times", MODES, out)


def cpu_times(percpu=False):
    if percpu:
        return [_times(row) for row in host().rows(CPU_SAMPLE, "sample", "cpu_times_percpu")]
    return _times(host().read(CPU_SAMPLE))


def _or_none(call, *arguments, status=(NOT_YET,)):
    try:
        return call(*arguments)
    except Error as failure:
        if failure.status in status:
            return None
        raise


def cpu_percent(interval=None, percpu=False):
    """None: this thread has made no earlier call, or the counters have not changed since."""
    usage = load().by_name["cpu.percent"]
    if percpu:
        rows = _or_none(host().rows, CPU_USAGE, "usage", "cpu_percent_percpu", interval or 0)
        return None if rows is None else [load().value(usage, row) for row in rows]
    percent = ctypes.c_double()
    status = _or_none(host().call, "cpu_percent", interval or 0, ctypes.byref(percent))
    return None if status is None else percent.value


def cpu_times_percent(interval=None, percpu=False):
    if percpu:
        rows = _or_none(host().rows, CPU_USAGE, "usage", "cpu_usage_percpu", interval or 0)
        return None if rows is None else [_make("scputimes_percent", "cpu", MODES, row) for row in rows]
    out = _or_none(host().read, CPU_USAGE, "cpu_times_percent", interval or 0)
    return None if out is None else _make("scputimes_percent", "cpu", MODES, out)


def cpu_count(logical=True):
    """None: not reported by this machine."""
    kind = CPU_LOGICAL if logical else CPU_PHYSICAL
    return _or_none(host().call, "cpu_count", kind, status=(UNKNOWN, NOT_SUPPORTED))


def cpu_stats():
    return _make("scpustats", "stats", "ctx_switches interrupts soft_interrupts syscalls".split(), host().read(STATS))


def _frequency(out):
    values = load().values("cpu.freq", out)
    megahertz = {name: values[name] and values[name] / 1e6 for name in ("current", "min", "max")}
    return _make("scpufreq", "cpu.freq", ["current", "min", "max"], out, megahertz)


def cpu_freq(percpu=False):
    """In MHz, like psutil's. Not reported by this machine: None; with percpu, an empty list."""
    absent = (UNKNOWN, NOT_SUPPORTED)
    if percpu:
        rows = _or_none(host().rows, FREQUENCY, "frequency", "cpu_freq_percpu", status=absent)
        return [_frequency(row) for row in rows or []]
    out = _or_none(host().read, FREQUENCY, status=absent)
    return out and _frequency(out)


def getloadavg():
    return tuple(load().values("load", host().read(LOAD)).values())


def virtual_memory():
    order = "total available percent used free active inactive buffers cached shared slab wired".split()
    return _make("svmem", "mem", order, host().read(MEMORY))


def swap_memory():
    return _make("sswap", "swap", "total used free percent sin sout".split(), host().read(SWAP))


# ---- Beyond psutil ----

def usable_cpus():
    """CPUs that this process may keep busy, within affinity, cpuset and quota."""
    return host().call("cpu_count", CPU_USABLE)


def process_memory():
    """Resident bytes of this process."""
    rss = ctypes.c_uint64()
    host().call("process_memory", ctypes.byref(rss))
    return rss.value


def get(name, interval=0.1):
    """The value of any field, "mem.usable" or "cpu.model"; None: unknown. Percentages of cpu take the interval."""
    field = load().by_name.get(name)
    if field is None:
        raise KeyError(name)
    call = ("cpu_times_percent", interval) if field.result == CPU_USAGE else ()
    return load().value(field, host().read(field.result, *call))


def main():
    library, outs = load(*sys.argv[1:2]), {}
    for result in library.structures:
        try:
            outs[result] = host().read(result, *(("cpu_times_percent", 0.1) if result == CPU_USAGE else ()))
        except Error as failure:
            print(f"sysinfo: {failure}", file=sys.stderr)
    for field in library.fields:
        value = library.value(field, outs[field.result]) if field.result in outs else None
        if value is not None:  # Unknown is not zero.
            print(field.full_name, "none" if value == float("inf") else value)
    for number, percent in enumerate(cpu_percent(0.1, percpu=True) or []):
        if percent is not None:
            print(f"cpu{number}.percent", percent)


if __name__ == "__main__":
    main()
