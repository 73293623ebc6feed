# SPDX-License-Identifier: GPL-2.0-or-later
"""What the VM tests share: counting, the program under test, its peers, sets of dumps."""

import glob
import os
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
LIMIT = 120  # seconds for any one program


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("KDUMPKIT_CACHE") or os.path.join(base, "kdumpkit")


def run(command, stdin=b"", limit=LIMIT):
    """(exit code, stdout, stderr); a program that hangs counts as one killed."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired as late:
        return -9, late.stdout or b"", b"killed after %d s" % limit
    return done.returncode, done.stdout, done.stderr


def first_difference(got, want):
    """Where two texts part, in words."""
    if got == want:
        return ""
    got, want = got.split(b"\n"), want.split(b"\n")
    for number, (a, b) in enumerate(zip(got, want), 1):
        if a != b:
            return f"line {number}: {a[:100]!r}, want {b[:100]!r}"
    return f"{len(got) - 1} lines, want {len(want) - 1}"


class Suite:
    """Counts checks and prints each; check() may be called from several threads."""

    def __init__(self, program, sanitized, folder):
        self.program = program
        self.sanitized = sanitized
        self.folder = folder
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def check(self, name, good, why=""):
        with self.lock:
            if good:
                self.passed += 1
                print(f"ok     {name}", flush=True)
            else:
                self.failed += 1
                print(f"FAILED {name}: {why}", flush=True)
        return good

    def same(self, name, result, want, code=0):
        """result is run()'s; its stdout must be `want`, byte for byte."""
        got_code, out, err = result
        why = first_difference(out, want)
        if got_code != code:
            tail = err.decode(errors="replace").strip().splitlines()[-1:]
            why = f"exit {got_code}, want {code}; {' '.join(tail)} {why}"
        return self.check(name, not why, why)

    def note(self, text):
        print(f"note   {text}", flush=True)

    def kdumpkit(self, *arguments, stdin=b""):
        return run([self.program, *arguments], stdin)


class DumpSet:
    """One crash: a folder that `crash` filled, and the kernel it was of."""

    # what holds the whole of memory, what lacks the pages level 31 leaves out
    WHOLE = ["vmcore.elf", "qemu.elf", "qemu.zlib", "qemu.lzo", "qemu.snappy"]
    FILTERED = ["vmcore.zlib", "vmcore.lzo", "vmcore.snappy", "vmcore.zstd", "vmcore.raw",
                "vmcore.flat", "vmcore.filtered.elf", "vmcore.flat.elf"]
    FLATTENED = ["vmcore.flat", "vmcore.flat.elf", "qemu.zlib", "qemu.lzo", "qemu.snappy"]

    def __init__(self, name, folder, version, tools, vmlinux):
        self.name, self.folder, self.version = name, folder, version
        self.tools, self.vmlinux = tools, vmlinux if vmlinux != "-" else None
        self.arch = name.split("-")[0]
        self.native = self.arch == os.uname().machine

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as source:
            return source.read()

    def files(self, names=None):
        return [n for n in names or self.WHOLE + self.FILTERED
                if os.path.exists(self.path(n))]

    def split(self):
        return sorted(glob.glob(self.path("vmcore.split.*")))

    def peer(self, program):
        """A program of the tools root, run with that root's own libraries."""
        loader = glob.glob(os.path.join(self.tools, "usr/lib/*/ld-linux-*"))[0]
        found = glob.glob(os.path.join(self.tools, "usr/*bin", program))
        if not self.native or not found:
            return None
        return [loader, "--library-path", os.path.dirname(loader), found[0]]

    def makedumpfile_log(self, file):
        """What `makedumpfile --dump-dmesg` says of the file; None where it cannot."""
        peer = self.peer("makedumpfile")
        # Debian's is built without snappy, reads no flattened file in place, and wants
        # virtual addresses in an ELF file, which QEMU does not write.
        if not peer or file in self.FLATTENED + ["vmcore.snappy", "qemu.elf"]:
            return None
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "log")
            code, _, err = run(peer + ["--message-level", "0", "--dump-dmesg",
                                       self.path(file), out])
            if code:
                return b"makedumpfile: " + err
            with open(out, "rb") as log:
                return log.read()

    def crash_log(self, file):
        """What crash's `log` says; None where there is no crash for it."""
        peer = self.peer("crash")
        if not peer or not self.vmlinux:
            return None
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "log")
            script = f"log > {out}\nquit\n".encode()
            code, said, err = run(peer + ["--minimal", "-s", self.vmlinux,
                                          self.path(file)], script)
            if not os.path.exists(out):
                return b"crash: exit %d: %s" % (code, said + err)
            with open(out, "rb") as log:
                return log.read()


def die(text):
    sys.exit(f"vm: {text}")
