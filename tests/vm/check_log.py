# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel log out of every file, against what three peers print."""

import itertools
import json
import os
import re


def check_default(suite, dumps):
    want = dumps.read("vmcore-dmesg.txt")
    suite.check(f"{dumps.name}: vmcore-dmesg itself printed the log",
                b"sysrq: Trigger a crash" in want, "no panic in vmcore-dmesg.txt")
    for file in dumps.files():
        suite.same(f"{dumps.name}: dmesg {file} is vmcore-dmesg's",
                   suite.kdumpkit("dmesg", dumps.path(file)), want)
    parts = dumps.split()
    for order in itertools.permutations(range(len(parts))):
        label = "+".join(str(i + 1) for i in order)
        suite.same(f"{dumps.name}: dmesg of the split set in order {label}",
                   suite.kdumpkit("dmesg", *[parts[i] for i in order]), want)


def check_makedumpfile(suite, dumps):
    want = dumps.read("makedumpfile-dmesg.txt")
    for file in dumps.files():
        if (peer := dumps.makedumpfile_log(file)) is not None:
            suite.check(f"{dumps.name}: makedumpfile --dump-dmesg {file} is what it was "
                        "in the capture kernel", peer == want, peer[:200])
        suite.same(f"{dumps.name}: dmesg --format=makedumpfile {file}",
                   suite.kdumpkit("dmesg", "--format=makedumpfile", dumps.path(file)), want)


def check_crash(suite, dumps):
    want = dumps.crash_log("vmcore.elf")
    if want is None:
        suite.note(f"{dumps.name}: no crash program here opens {dumps.arch} dumps; "
                   "--format=crash is held against it on the native kernels")
        return
    for file in dumps.files(["vmcore.zstd", "vmcore.snappy", "qemu.elf"]):
        peer = dumps.crash_log(file)
        suite.check(f"{dumps.name}: crash's log of {file} is that of vmcore.elf",
                    peer == want, peer[:200])
    for file in dumps.files():
        suite.same(f"{dumps.name}: dmesg --format=crash {file}",
                   suite.kdumpkit("dmesg", "--format=crash", dumps.path(file)), want)


def check_json(suite, dumps):
    """Each record is a line of JSON; together their texts are vmcore-dmesg's lines."""
    code, out, err = suite.kdumpkit("dmesg", "--json", dumps.path("vmcore.elf"))
    name = f"{dumps.name}: dmesg --json"
    try:
        records = [json.loads(line) for line in out.splitlines()]
        stamps = [r["ts_ns"] for r in records if "seq" in r]
    except (ValueError, KeyError, TypeError) as wrong:
        suite.check(name, False, f"{type(wrong).__name__} {wrong}, exit {code} {err[:200]}")
        return
    want = [int(s) * 10**6 + int(u) for s, u in
            re.findall(rb"^\[ *(\d+)\.(\d{6})\]", dumps.read("vmcore-dmesg.txt"), re.M)]
    suite.check(f"{name}: time stamps", [s // 1000 for s in stamps] == want,
                f"{len(stamps)} records, want {len(want)}")


def check_console(suite, dumps):
    """A crash that nobody captured: QEMU's dump, no note, against the serial console."""
    console = dumps.read("console.log").replace(b"\r", b"")
    stamp = re.compile(rb"\[ *\d+\.\d{6}\] ")
    want = [line for line in console.split(b"\n") if stamp.match(line)]
    for file in dumps.files():
        code, out, err = suite.kdumpkit("dmesg", dumps.path(file))
        got = out.split(b"\n")[:-1]
        # the console repeats the time stamp on every line of a record
        wrong = [(a, b) for a, b in itertools.zip_longest(got, want, fillvalue=b"")
                 if a != (b if stamp.match(a) else stamp.sub(b"", b, count=1))]
        suite.check(f"{dumps.name}: dmesg {file}, which has no vmcoreinfo note, is what "
                    "the console showed", code == 0 and not wrong,
                    f"exit {code}, {len(got)} lines, want {len(want)}; first: "
                    f"{wrong[:1]} {err[-200:]}")


def check_sample(suite, sample, want):
    with open(want, "rb") as text:
        suite.same(f"dmesg {os.path.basename(sample)}",
                   suite.kdumpkit("dmesg", sample), text.read())


def check(suite, dumps):
    check_default(suite, dumps)
    check_makedumpfile(suite, dumps)
    check_crash(suite, dumps)
    check_json(suite, dumps)
