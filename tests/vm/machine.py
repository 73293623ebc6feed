# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU machine under software emulation: its console, its QMP socket, its end."""

import json
import os
import re
import socket
import subprocess
import threading
import time


class LabError(Exception):
    pass


QEMU = {
    "x86_64": ["qemu-system-x86_64", "-vga", "none"],
    "aarch64": ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a57"],
}
CONSOLE = {"x86_64": "ttyS0", "aarch64": "ttyAMA0"}


class Machine:
    """Use as a context manager; leaving it ends QEMU. Every wait has a deadline."""

    def __init__(self, arch, folder, console_path, arguments, limit):
        self.deadline = time.monotonic() + limit
        self.socket_path = os.path.join(folder, "qmp")
        self.console_path = console_path
        command = QEMU[arch] + [
            "-accel", "tcg", "-display", "none", "-monitor", "none", "-no-reboot",
            "-serial", "stdio", "-qmp", f"unix:{self.socket_path},server=on,wait=off",
        ] + arguments
        self.seen = b""
        self.changed = threading.Condition()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._read_console, daemon=True)
        self.reader.start()
        self.qmp = None

    def _read_console(self):
        with open(self.console_path, "wb") as copy:
            while data := os.read(self.process.stdout.fileno(), 65536):
                copy.write(data)
                copy.flush()
                with self.changed:
                    self.seen += data
                    self.changed.notify_all()
        with self.changed:
            self.seen += b"\nLAB-ENDED\n"
            self.changed.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.qmp:
            self.qmp.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def left(self):
        return max(0.0, self.deadline - time.monotonic())

    def wait_for(self, pattern):
        """The match of a console line; LabError when the machine ends or time is up."""
        wanted = re.compile(pattern.encode(), re.M)
        ended = re.compile(rb"^LAB-ENDED$|^LAB-FAILED.*$", re.M)
        with self.changed:
            while True:
                if found := wanted.search(self.seen):
                    return found
                if stop := ended.search(self.seen):
                    raise LabError(f"waiting for {pattern}: {stop[0].decode()}, "
                                   f"see {self.console_path}")
                if not self.changed.wait(self.left()):
                    raise LabError(f"waiting for {pattern}: out of time, "
                                   f"see {self.console_path}")

    def _open_qmp(self):
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(self.left())
        link.connect(self.socket_path)
        self.qmp = link
        self.replies = link.makefile("rb")
        self.replies.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """A QMP command and its answer; events in between are passed over."""
        if not self.qmp:
            self._open_qmp()
        self.qmp.settimeout(self.left())
        request = {"execute": name, "arguments": arguments}
        self.qmp.sendall(json.dumps(request).encode())
        while line := self.replies.readline():
            reply = json.loads(line)
            if "error" in reply:
                raise LabError(f"QEMU {name}: {reply['error']['desc']}")
            if "return" in reply:
                return reply["return"]
        raise LabError(f"QEMU {name}: the machine ended")
