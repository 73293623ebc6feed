# SPDX-License-Identifier: GPL-2.0-or-later
"""`rd` of random mapped addresses against an independent reader (witness.c)."""

import array
import os
import random
import re

from suite import HERE, die, run

READS = 10000
SIZES = [1, 2, 4, 8, 16, 64, 256]


def build_witness(folder):
    out = os.path.join(folder, "witness")
    code, _, err = run([os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-O1",
                        os.path.join(HERE, "witness.c"), "-lkdumpfile", "-o", out])
    if code:
        die(f"building witness.c (it needs libkdumpfile-dev): {err.decode()}")
    return out


def segments(path):
    """(offset, virtual, physical, size) of each PT_LOAD."""
    _, out, _ = run(["readelf", "-lW", path])
    found = re.findall(r"LOAD\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", out.decode())
    return [tuple(int(x, 16) for x in entry) for entry in found]


def vmcoreinfo(path):
    """The whole dump's VMCOREINFO note, near the start of the file, as a dictionary."""
    with open(path, "rb") as dump:
        head = dump.read(1 << 16)
    text = head[head.index(b"OSRELEASE="):].split(b"\0")[0].decode(errors="replace")
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def image_spans(dumps, image):
    """(virtual address, size) of the parts of the kernel image that stay mapped: not what
    only booting needed, which lies between code and data and is given back."""
    _, virtual, physical, _ = image
    found = re.findall(r"([0-9a-f]+)-([0-9a-f]+) : Kernel (?:code|rodata|data|bss)",
                       dumps.read("truth/iomem").decode())
    spans = [(int(a, 16), int(b, 16) + 1) for a, b in found]
    return [(a - physical + virtual, b - a) for a, b in spans]


def pointed_pages(path, image, linear, low, high):
    """Pages between low and high that words of the direct map point to, and those around
    them: vmalloc, stacks, per-CPU areas, and much that is not mapped at all."""
    pages = set()
    with open(path, "rb") as dump:
        for offset, _, _, size in linear:
            dump.seek(offset)
            words = array.array("Q", dump.read(min(size, 128 << 20) & ~7))
            pages.update(w & ~0xfff for w in words if low <= w < high)
    # arm64 has the image among vmalloc, and the witness takes the page before it, which
    # the page tables do not map, for a part of it
    _, start, _, size = image
    return sorted(near for page in pages
                  for near in range(page - 0x4000, page + 0x5000, 0x1000)
                  if not start - 0x1000 <= near < start + size)


def mapped_pages(suite, dumps, witness, pages):
    """The pages that the witness can read in the whole dump; the others must be refused."""
    path = dumps.path("vmcore.elf")
    lines = [f"0x{page:x} 8" for page in pages]
    theirs, why = ask([witness, path], lines)
    mine, also = ask([suite.program, "rd", path, "--batch"], lines)
    name = f"{dumps.name}: {len(pages)} pages the kernel points to: mapped or not"
    if theirs is None or mine is None:
        suite.check(name, False, why + also)
        return []
    wrong = [q for q, a, b in zip(lines, mine, theirs)
             if a.startswith("error") != b.startswith("error")]
    suite.check(name, not wrong, f"{len(wrong)} differ, first {wrong[:1]}")
    return [page for page, answer in zip(pages, theirs) if not answer.startswith("error")]


def areas(dumps, info, ask_witness):
    """(vmalloc's first and last address, where struct page of frame 0 would be)."""
    if dumps.arch == "aarch64":
        low, high, vmemmap = (int(info[f"NUMBER({n})"], 16) for n in
                              ("VMALLOC_START", "VMALLOC_END", "VMEMMAP_START"))
        start = int(info["NUMBER(PHYS_OFFSET)"], 16)
        start -= (start >> 63) << 64
        return low, high, vmemmap - (start >> 12) * 64
    symbols = dict(reversed(line.split()[:3:2]) for line in
                   dumps.read("truth/kallsyms").decode().splitlines())
    names = ["vmalloc_base", "vmemmap_base"]
    answers, _ = ask_witness([f"0x{symbols[name]} 8" for name in names])
    low, vmemmap = (int.from_bytes(bytes.fromhex(a), "little") for a in answers)
    return low, low + (32 << 40), vmemmap


def module_addresses(dumps):
    lines = dumps.read("truth/modules").decode().splitlines()
    spans = [(int(f[5], 16), int(f[1])) for f in (line.split() for line in lines)]
    return [s for s in spans if s[0]]


def regions(suite, dumps, witness):
    """name → function of a random generator that gives one address."""
    path = dumps.path("vmcore.elf")
    image, *linear = segments(path)
    low, high, vmemmap = areas(dumps, vmcoreinfo(path),
                               lambda lines: ask([witness, path], lines))
    pages = mapped_pages(suite, dumps, witness,
                         pointed_pages(path, image, linear, low, high))

    def within(spans):
        weights = [size for _, size in spans]

        def draw(rng):
            start, size = rng.choices(spans, weights)[0]
            return start + rng.randrange(size)
        return draw

    physical = within([(p, size) for _, _, p, size in linear])
    return {
        "kernel image": within(image_spans(dumps, image)),
        "direct map": within([(v, size) for _, v, _, size in linear]),
        "physical": lambda rng: ("p", physical(rng)),
        "modules": within(module_addresses(dumps)),
        "vmalloc": within([(page, 4096) for page in pages]),
        "vmemmap": lambda rng: vmemmap + (physical(rng) >> 12) * 64 + rng.randrange(64),
    }


def line_of(rng, address):
    # not across a page: two pages may differ in whether they are there
    prefix = "0x"
    if isinstance(address, tuple):
        prefix, address = "p:0x", address[1]
    size = min(rng.choice(SIZES), 4096 - address % 4096)
    return f"{prefix}{address:x} {size}"


def ask(command, lines):
    code, out, err = run(command, ("\n".join(lines) + "\n").encode(), 300)
    answers = out.decode(errors="replace").splitlines()
    if len(answers) != len(lines):
        return None, f"exit {code}, {len(answers)} answers of {len(lines)}: {err[-300:]}"
    return answers, ""


def choose(suite, dumps, witness, seed):
    """READS lines that the witness can read in the whole dump, with its answers."""
    rng = random.Random(seed)
    chosen, wanted = [], []
    kinds = regions(suite, dumps, witness)
    for name, draw in kinds.items():
        share = READS // len(kinds) + 1
        lines = [line_of(rng, draw(rng)) for _ in range(3 * share)]
        answers, why = ask([witness, dumps.path("vmcore.elf")], lines)
        if not suite.check(f"{dumps.name}: the witness reads {name}", answers is not None,
                           why):
            continue
        mapped = [(q, a) for q, a in zip(lines, answers) if not a.startswith("error")]
        suite.check(f"{dumps.name}: enough of {name} is mapped", len(mapped) >= share,
                    f"{len(mapped)} of {len(lines)}")
        chosen += [q for q, _ in mapped[:share]]
        wanted += [a for _, a in mapped[:share]]
    return chosen[:READS], wanted[:READS]


def compare(got, wanted, may_refuse):
    """The first disagreement in words, and how many reads were refused."""
    refused = 0
    for number, (mine, theirs) in enumerate(zip(got, wanted)):
        if mine.startswith("error:") and may_refuse(number):
            refused += 1
        elif mine != theirs:
            return f"read {number}: {mine[:90]}, want {theirs[:90]}", refused
    return "", refused


def check_file(suite, dumps, witness, file, lines, wanted):
    paths = dumps.split() if file == "split" else [dumps.path(file)]
    extra = [x for p in paths[1:] for x in ("--part", p)]
    got, why = ask([suite.program, "rd", paths[0], *extra, "--batch"], lines)
    name = f"{dumps.name}: rd {file}: {len(lines)} random addresses"
    if got is None:
        suite.check(name, False, why)
        return
    whole = file in dumps.WHOLE
    why, refused = compare(got, wanted, lambda _: not whole)
    suite.check(name, not why and refused < len(lines) // 2,
                why or f"{refused} reads refused")
    if whole or file in dumps.FLATTENED:
        return
    theirs, why = ask([witness, *paths], lines)
    if theirs is None:
        suite.note(f"{dumps.name}: the witness cannot read {file}: {why}")
        return
    # What the witness refuses was left out of the dump, and so must be refused by us.
    # It takes what a filtered ELF file lacks for zeroes, where we refuse.
    wrong = [i for i, (a, b) in enumerate(zip(got, theirs))
             if a.startswith("error") != b.startswith("error")
             and not (file.endswith(".elf") and not b.strip("0"))]
    suite.check(f"{dumps.name}: rd {file} refuses what the witness refuses ({refused})",
                not wrong, f"{len(wrong)} differ, first {lines[wrong[0]] if wrong else ''}: "
                f"{[(got[i][:90], theirs[i][:90]) for i in wrong[:1]]}")


def check(suite, dumps, seed):
    witness = build_witness(suite.folder)
    lines, wanted = choose(suite, dumps, witness, seed)
    suite.check(f"{dumps.name}: {READS} mapped addresses from seed {seed}",
                len(lines) == READS, f"{len(lines)}")
    for file in dumps.files() + ["split"]:
        check_file(suite, dumps, witness, file, lines, wanted)
