# SPDX-License-Identifier: GPL-2.0-or-later
"""`info` and `check` against the files' own headers, counted independently."""

import json
import re
import struct

from suite import run


def kdump_counts(path):
    """(pages with a descriptor, pages left out) by counting bits of the two bitmaps."""
    with open(path, "rb") as dump:
        head = dump.read(4096)
        block, sub, blocks = struct.unpack_from("<iII", head, 428)
        dump.seek(block * (1 + sub))
        bitmap = dump.read(block * blocks)
    half = len(bitmap) // 2
    ram = int.from_bytes(bitmap[:half], "little")
    dumped = int.from_bytes(bitmap[half:], "little")
    return dumped.bit_count(), (ram & ~dumped).bit_count()


def elf_bytes(path):
    """Bytes of distinct physical memory that the file of an ELF dump holds."""
    _, out, _ = run(["readelf", "-lW", path])
    spans = []
    for line in out.decode().splitlines():
        if fields := re.match(r"\s*LOAD\s+\S+\s+\S+\s+(\S+)\s+(\S+)", line):
            start, size = (int(x, 16) for x in fields.groups())
            spans.append((start, start + size))
    total = end = 0
    for start, stop in sorted(spans):
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total


def load(suite, name, result, codes=(0,)):
    code, out, err = result
    try:
        answer = json.loads(out)
    except ValueError as wrong:
        answer = None
        err += str(wrong).encode()
    suite.check(name, answer is not None and code in codes, f"exit {code} {err[-200:]}")
    return answer or {}


def check_file(suite, dumps, file):
    path = dumps.path(file)
    info = load(suite, f"{dumps.name}: info --json {file}",
                suite.kdumpkit("info", "--json", path))
    kernel = info.get("kernel", {})
    suite.check(f"{dumps.name}: info {file}: release and machine",
                (kernel.get("release"), kernel.get("arch")) == (dumps.version, dumps.arch),
                f"{kernel.get('release')} {kernel.get('arch')}")
    whole = load(suite, f"{dumps.name}: check --deep --json {file}",
                 suite.kdumpkit("check", "--deep", "--json", path))
    suite.check(f"{dumps.name}: check {file}: complete, no bad page",
                whole.get("complete") is True and whole.get("bad_pages") == 0
                and whole.get("bytes", {}).get("lost") == 0, whole.get("remarks"))
    return whole


def check_counts(suite, dumps, file, whole):
    sizes, page = whole.get("bytes", {}), whole.get("page_size") or 1
    held = sizes.get("present", 0) + sizes.get("zero", 0)
    name = f"{dumps.name}: check {file}: as many pages as the headers say"
    if file in ("vmcore.zlib", "vmcore.lzo", "vmcore.zstd", "vmcore.raw", "vmcore.snappy"):
        want = kdump_counts(dumps.path(file))
        got = (held // page, sizes.get("excluded", 0) // page)
        suite.check(name, got == want, f"{got}, want {want}")
    elif file in ("vmcore.elf", "qemu.elf", "vmcore.filtered.elf"):
        want = elf_bytes(dumps.path(file))
        suite.check(name, held == want, f"{held} bytes, want {want}")


def check_split(suite, dumps):
    parts = dumps.split()
    whole = load(suite, f"{dumps.name}: check of the split set",
                 suite.kdumpkit("check", "--json", *parts))
    sizes, page = whole.get("bytes", {}), whole.get("page_size") or 1
    held = (sizes.get("present", 0) + sizes.get("zero", 0)) // page
    want = kdump_counts(dumps.path("vmcore.lzo"))[0]
    suite.check(f"{dumps.name}: the split set holds the pages of the single file",
                held == want, f"{held}, want {want}")
    code, _, err = suite.kdumpkit("check", *parts[1:])
    suite.check(f"{dumps.name}: check of a split set with a part missing says no",
                code == 3, f"exit {code} {err[-200:]}")


def check(suite, dumps):
    for file in dumps.files():
        check_counts(suite, dumps, file, check_file(suite, dumps, file))
    check_split(suite, dumps)
