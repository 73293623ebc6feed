# SPDX-License-Identifier: GPL-2.0-or-later
"""What the crashed kernel is said to have been doing, against its own /proc and log.

Each facts-NAME script takes the program and a folder and prints a line per check, "ok …"
or "not ok …"; facts-lines takes a vmlinux too, facts-kinds has dumps of its own."""

import glob
import os

from suite import HERE, run

LIMIT = 600  # seconds for one script


def count(suite, title, script, arguments):
    code, out, err = run([script, suite.program, *arguments], limit=LIMIT)
    seen = failed = 0
    for line in out.decode(errors="replace").splitlines():
        if line.startswith(("ok ", "not ok ")):
            good = line.startswith("ok ")
            seen += 1
            failed += not good
            suite.check(f"{title}: {line.removeprefix('not ').removeprefix('ok ').strip()}", good)
    if not seen or (code and not failed):
        tail = err.decode(errors="replace").strip().splitlines()[-1:]
        suite.check(title, False, f"exit {code} after {seen} checks; {' '.join(tail)}")


def check(suite, dumps):
    for script in sorted(glob.glob(os.path.join(HERE, "facts-*"))):
        name = os.path.basename(script)
        if name == "facts-kinds" or (name == "facts-lines" and not dumps.vmlinux):
            continue
        more = [dumps.vmlinux] if name == "facts-lines" else []
        count(suite, f"{dumps.name}: {name}", script, [dumps.folder, *more])


def check_kinds(suite):
    count(suite, "facts-kinds", os.path.join(HERE, "facts-kinds"), [])
