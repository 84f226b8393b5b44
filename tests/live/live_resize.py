#!/usr/bin/python3
# The terminal UI resized two hundred times between 1x1 and 500x200, cut off and fed nonsense, on a terminal of this script's own.
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

from liverack import LACQUER, Rack, Server, wait_until

RESIZES = 200


class Terminal:
    """lacquer attach on a pseudo terminal; what it writes is kept since the last forget()."""

    def __init__(self, rack):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ.update(rack.env, TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execv(LACQUER, [LACQUER, "attach"])
        self.written = b""

    def size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        end = time.monotonic() + seconds
        while select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
            try:
                self.written += os.read(self.master, 65536)
            except OSError:  # nobody is at the other end any more
                return

    def forget(self):
        self.read(0)
        self.written = b""

    def see(self, text, seconds=10):
        def seen():
            self.read(0.02)
            return text in self.text()
        wait_until(text, seen, seconds)

    def text(self):
        """Without control sequences, so that neighbours stand beside each other."""
        return re.sub(rb"\x1b(\[[0-9;?]*[a-zA-Z]|[()].|[=>78])", b"", self.written).decode(errors="replace")

    def status(self):
        """How it has ended; None: it has not."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return status if pid else None

    def redrawn(self, columns, rows):
        """A size, and all that is drawn from then on; another size before makes sure that there is something to draw."""
        self.size(columns - 1, rows)
        self.read(0.15)
        self.forget()
        self.size(columns, rows)


def resized(rack):
    dice, t = random.Random(7), Terminal(rack)
    t.size(80, 24)
    t.see("q quit")
    sizes = [(1, 1), (500, 200), (1, 200), (500, 1), (2, 2), (79, 24), (80, 23), (80, 24), (81, 25)]
    sizes += [(dice.randint(1, 500), dice.randint(1, 200)) for _ in range(RESIZES - len(sizes))]
    for i, (columns, rows) in enumerate(sizes):
        t.size(columns, rows)
        if i % 10 == 0:
            os.write(t.master, dice.choice([b"\t", b"g", b"i", b"?", b"\x1b", b"\x1b[B", b"\x1b[A"]))
        t.read(0.03)
        assert t.status() is None, f"ended at {columns}x{rows} by {t.status()}"
        t.forget()
    os.write(t.master, b"\x1b")
    t.read(0.5)
    os.write(t.master, b"\x1b")
    t.read(0.5)
    t.redrawn(80, 24)
    t.see("q quit")
    for text in ("OUT", "trim", "Resized"):
        assert text in t.text(), (text, t.text())
    t.redrawn(40, 8)
    t.see("80x24")
    assert rack.osc.ask("/rack/trim/gain") == [0.0]
    print(f"{len(sizes)} sizes between 1x1 and 500x200: drawn right at last")
    return t


def cut_off(rack, t):
    """The terminal goes away: the terminal UI ends, the rack does not."""
    os.close(t.master)
    wait_until("the end", lambda: t.status() is not None)
    assert rack.osc.ask("/chain") == ["trim"] and rack.child.poll() is None
    print("the terminal closed: the terminal UI has ended, the rack plays on")


def nonsense(rack):
    """Bytes that no keyboard sends, but those that end or edit; then it still draws."""
    dice, t = random.Random(9), Terminal(rack)
    t.size(80, 24)
    t.see("q quit")
    allowed = [b for b in range(256) if chr(b) not in "qQbBuUrRDdis<>sSxX+-=abcdABCD\r\n \x03\x1a\x1c"]
    for _ in range(60):
        os.write(t.master, bytes(dice.choices(allowed, k=dice.randint(1, 40))) + b"\x1b")
        t.read(0.03)
        assert t.status() is None
    t.read(0.5)
    os.write(t.master, b"\x1b")
    t.read(0.3)
    t.redrawn(80, 24)
    t.see("q quit")
    os.kill(t.pid, signal.SIGTERM)
    wait_until("the end", lambda: t.status() is not None)
    os.close(t.master)
    print("nonsense typed: still drawn")


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".rack") as file, Server(period=256):
        file.write("[rack]\nformat = 1\ntitle = Resized\n[trim]\n")
        file.flush()
        with Rack("--no-restore", file.name) as rack:
            cut_off(rack, resized(rack))
            nonsense(rack)


if __name__ == "__main__":
    sys.exit(main())
