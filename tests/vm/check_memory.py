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


def kernel_pointers(path, segment):
    """Words of a segment that look like kernel addresses: they lead to vmalloc, vmemmap,
    modules, per-CPU areas, wherever the kernel itself points."""
    offset, _, _, size = segment
    with open(path, "rb") as dump:
        dump.seek(offset)
        words = array.array("Q", dump.read(size & ~7))
    return sorted({w for w in words if w >> 47 == 0x1ffff})


def module_addresses(dumps):
    lines = dumps.read("truth/modules").decode().splitlines()
    spans = [(int(f[5], 16), int(f[1])) for f in (line.split() for line in lines)]
    return [s for s in spans if s[0]]


def regions(dumps):
    """name → function of a random generator that gives one address."""
    path = dumps.path("vmcore.elf")
    image, *linear = segments(path)
    pointers = kernel_pointers(path, image)
    inside = [(v, v + size) for _, v, _, size in [image, *linear]]
    outside = [p for p in pointers if not any(a <= p < b for a, b in inside)]
    modules = module_addresses(dumps)

    def span(rng, choices, column):
        entry = rng.choices(choices, [c[3] for c in choices])[0]
        return entry[column] + rng.randrange(entry[3])

    def module(rng):
        start, size = rng.choice(modules)
        return start + rng.randrange(size)

    return {
        "kernel image": lambda rng: span(rng, [image], 1),
        "direct map": lambda rng: span(rng, linear, 1),
        "physical": lambda rng: ("p", span(rng, linear, 2)),
        "modules": module,
        "where the kernel points": lambda rng: rng.choice(outside) + rng.randrange(-64, 64),
        "vmemmap and vmalloc pages": lambda rng:
            (rng.choice(outside) & ~0xfff) + rng.randrange(4096),
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
    kinds = regions(dumps)
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
        suite.unmapped = getattr(suite, "unmapped", []) + [
            q for q, a in zip(lines, answers) if a.startswith("error")]
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
    suite.unmapped = []
    lines, wanted = choose(suite, dumps, witness, seed)
    suite.check(f"{dumps.name}: {READS} mapped addresses from seed {seed}",
                len(lines) == READS, f"{len(lines)}")
    for file in dumps.files() + ["split"]:
        check_file(suite, dumps, witness, file, lines, wanted)
