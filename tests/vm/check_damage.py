# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged dumps: cut short, bytes changed. The program must answer or refuse, at once,
in printable text."""

import os
import random
import re
import resource
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

# for the first file, and for each of the others
CUTS = (200, 200)
FLIPS = (2000, 2000)
# a program with sanitizers does this part of the others
SANITIZED_SHARE = 4
CPU_SECONDS = 1.0

# Newline and tab are what the log's own formats print; the rest is control: C0, DEL, and
# C1 in its UTF-8 form.
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


def judge(code, seconds, out, err):
    """What is wrong with one run, in words; "" when nothing is."""
    if code < 0 or code > 3 or b"Sanitizer" in err or b"runtime error" in err:
        return f"exit {code}: {err[-300:].decode(errors='replace')}"
    if seconds > CPU_SECONDS:
        return f"{seconds:.1f} s of CPU time"
    if code and not err and code != 3:
        return f"exit {code} without a word"
    for name, text in (("stdout", out), ("stderr", err)):
        if found := CONTROL.search(text):
            return f"control byte {found[0]!r} on {name}"
        try:
            text.decode()
        except UnicodeDecodeError as wrong:
            return f"{name} is no UTF-8: {wrong}"
    return ""


def try_run(command, scratch):
    out_path, err_path = scratch + ".out", scratch + ".err"
    with open(out_path, "wb") as out, open(err_path, "wb") as err:
        process = subprocess.Popen(["timeout", "-s", "KILL", "5", *command], stdout=out,
                                   stderr=err, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    with open(out_path, "rb") as out, open(err_path, "rb") as err:
        return judge(process.returncode, usage.ru_utime + usage.ru_stime, out.read(),
                     err.read())


def commands(program, path, number):
    yield [program, "dmesg", path]
    if number % 4 == 0:
        yield [program, "info", path]
    if number % 8 == 0:
        yield [program, "check", path]


def check_cuts(suite, program, path, folder, rng, label, cuts):
    copy = os.path.join(folder, "cut")
    subprocess.run(["cp", "--sparse=always", path, copy], check=True)
    size = os.path.getsize(path)
    # half of the cuts where the headers are, and each shorter than the one before
    places = sorted((rng.randrange(min(size, 1 << 18)) if i % 2 else rng.randrange(size)
                     for i in range(cuts)), reverse=True)
    wrong = []
    for number, place in enumerate(places):
        os.truncate(copy, place)
        for command in commands(program, copy, number):
            if why := try_run(command, copy):
                wrong.append(f"{command[1]} of {place} bytes: {why}")
    suite.check(f"{label}: cut short at {cuts} places", not wrong,
                f"{len(wrong)} runs; first: {wrong[:1]}")
    os.unlink(copy)


def flip_place(rng, number, size, hot):
    """A third in the first blocks, a third where the log is, a third anywhere."""
    if number % 3 == 0:
        return rng.randrange(min(size, 1 << 14))
    if number % 3 == 1 and hot:
        start, stop = rng.choice(hot)
        return rng.randrange(start, min(stop, size))
    return rng.randrange(size)


def check_flips(suite, program, path, folder, rng, label, flips):
    copy = os.path.join(folder, "flip")
    hot = log_places(path)
    subprocess.run(["cp", "--sparse=always", path, copy], check=True)
    size = os.path.getsize(copy)
    wrong = []
    with open(copy, "r+b", buffering=0) as dump:
        for number in range(flips):
            place = flip_place(rng, number, size, hot)
            old = os.pread(dump.fileno(), 1, place)
            new = bytes([old[0] ^ (1 << rng.randrange(8) if number % 2
                                   else rng.randrange(1, 256))])
            os.pwrite(dump.fileno(), new, place)
            for command in commands(program, copy, number):
                if why := try_run(command, copy):
                    wrong.append(f"{command[1]}, byte {place} {old.hex()}->{new.hex()}: {why}")
            os.pwrite(dump.fileno(), old, place)
    suite.check(f"{label}: {flips} bytes changed", not wrong,
                f"{len(wrong)} runs; first: {wrong[:1]}")
    os.unlink(copy)


def log_places(path):
    """Where an uncompressed file holds the vmcoreinfo and the log: spans of bytes."""
    spans = []
    with open(path, "rb") as dump:
        data = dump.read(1 << 26)
    for mark in (b"OSRELEASE=", b"Linux version ", b"sysrq: Trigger a crash"):
        for found in re.finditer(re.escape(mark), data):
            spans.append((max(0, found.start() - 2048), found.start() + 8192))
    return spans


def check_file(suite, job):
    program, path, label, seed, cuts, flips = job
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=suite.folder) as folder:
        check_cuts(suite, program, path, folder, rng, label, cuts)
        check_flips(suite, program, path, folder, rng, label, flips)


def check(suite, paths, seed):
    """All of it with the program; with the one that has sanitizers, which is slow, all of
    it on the first file and less on the others."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(
        resource.RLIMIT_CORE)[1]))
    jobs = []
    for number, path in enumerate(paths):
        label = "/".join(path.split("/")[-2:])
        cuts, flips = (x[min(number, 1)] for x in (CUTS, FLIPS))
        jobs.append((suite.program, path, label, seed, cuts, flips))
        if suite.sanitized:
            share = SANITIZED_SHARE if number else 1
            jobs.append((suite.sanitized, path, f"{label}, sanitizers", seed + 1,
                         cuts // share, flips // share))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(check_file, suite, job) for job in jobs]:
            done.result()
