#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every figure that the library has, from Python, without a line about any of them.

The structures are built from the field table of the library that is loaded, so a
later library's new fields appear by themselves. One host is used by one thread at
a time: a lock is held over a call and the explanation of its failure.

    python_ctypes.py [LIBRARY]
"""
import ctypes
import sys
import threading


class Field(ctypes.Structure):
    """struct sysinfo_field of <sysinfo/fields.h>"""
    _fields_ = [(name, ctypes.c_char_p) for name in ("group", "name", "meaning", "metric", "metric_labels")] + \
               [(name, ctypes.c_uint32) for name in ("result", "unit", "kind", "type", "offset")]


TYPES = {0: ctypes.c_uint64, 1: ctypes.c_double}  # enum sysinfo_type
NO_LIMIT = {0: 2 ** 64 - 1, 1: float("inf")}
OK, NOT_YET = 0, -8  # enum sysinfo_status
CPU_USAGE = 1  # enum sysinfo_result


class Sysinfo:
    def __init__(self, path="libsysinfo.so.0"):
        self.functions = ctypes.CDLL(path)
        self.functions.sysinfo_field_next.restype = ctypes.POINTER(Field)
        self.functions.sysinfo_field_next.argtypes = [ctypes.c_void_p]
        self.functions.sysinfo_explain.restype = ctypes.c_char_p
        self.functions.sysinfo_explain.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.functions.sysinfo_read.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_size_t]
        self.functions.sysinfo_cpu_times_percent.argtypes = [
            ctypes.c_void_p, ctypes.c_double, ctypes.c_void_p, ctypes.c_size_t]
        self.functions.sysinfo_cpu_usage_percpu.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_void_p]
        self.functions.sysinfo_cpu_usage_list_at.restype = ctypes.c_void_p
        self.functions.sysinfo_cpu_usage_list_at.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self.functions.sysinfo_cpu_usage_list_free.argtypes = [ctypes.c_void_p]
        self.functions.sysinfo_host_close.argtypes = [ctypes.c_void_p]
        self.lock = threading.Lock()  # ctypes lets other Python threads run during a call.
        self.host = ctypes.c_void_p()
        self.check(self.functions.sysinfo_host_open(ctypes.byref(self.host), None))
        self.results = self.make_results()

    def close(self):
        with self.lock:
            self.functions.sysinfo_host_close(self.host)
            self.host = None

    def check(self, status):
        if status != OK:
            raise OSError(self.functions.sysinfo_explain(self.host, status).decode())

    def fields(self):
        field = self.functions.sysinfo_field_next(None)
        while field:
            yield field.contents
            field = self.functions.sysinfo_field_next(field)

    def make_results(self):
        """A structure for each result: two masks, then its fields by offset."""
        rows = {}
        for field in self.fields():
            rows.setdefault(field.result, {})[field.offset] = (field.name.decode(), TYPES[field.type])
        masks = [("present", ctypes.c_uint64), ("estimated", ctypes.c_uint64)]
        structures = {}
        for result, by_offset in rows.items():
            fields = masks + [by_offset[offset] for offset in sorted(by_offset)]
            structures[result] = type(f"Result{result}", (ctypes.Structure,), {"_fields_": fields})
        return structures

    def read(self, result, seconds=0.1):
        out = self.results[result]()
        with self.lock:
            if result == CPU_USAGE:  # It compares two moments.
                status = self.functions.sysinfo_cpu_times_percent(
                    self.host, seconds, ctypes.byref(out), ctypes.sizeof(out))
                self.check(status)
            else:
                self.check(self.functions.sysinfo_read(self.host, result, ctypes.byref(out), ctypes.sizeof(out)))
        return out

    def cpu_usage(self, seconds=0.1):
        """A copy of each CPU's row: the list's own rows go with it."""
        rows, usage = ctypes.c_void_p(), self.results[CPU_USAGE]
        with self.lock:
            self.check(self.functions.sysinfo_cpu_usage_percpu(self.host, seconds, ctypes.byref(rows)))
        copies = []
        while row := self.functions.sysinfo_cpu_usage_list_at(rows, len(copies)):
            copies.append(usage.from_buffer_copy(ctypes.string_at(row, ctypes.sizeof(usage))))
        self.functions.sysinfo_cpu_usage_list_free(rows)
        return copies


def main():
    system = Sysinfo(*sys.argv[1:2])
    values = {}
    for result in system.results:
        try:
            values[result] = system.read(result)
        except OSError as failure:
            print(f"sysinfo: {failure}", file=sys.stderr)
    for field in system.fields():
        out = values.get(field.result)
        if out is None or not out.present >> field.offset // 8 & 1:
            continue  # Unknown is not zero.
        value = getattr(out, field.name.decode())
        print(f"{field.group.decode()}.{field.name.decode()}", "none" if value == NO_LIMIT[field.type] else value)
    try:
        for usage in system.cpu_usage():
            if usage.present >> system.results[CPU_USAGE].percent.offset // 8 & 1:
                print(f"cpu{usage.cpu}.percent", usage.percent)
    except OSError as failure:
        print(f"sysinfo: {failure}", file=sys.stderr)
    system.close()


if __name__ == "__main__":
    main()
