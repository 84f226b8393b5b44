#!/usr/bin/python3
# Control sequences that are no key, made from their grammar, change nothing in a rack whose terminal gets them; keys do.
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LACQUER = os.path.join(TOP, "build", "lacquer")
SECONDS = float(os.environ.get("LACQUER_FUZZ_SECONDS", "40"))
# Those of the help, in the forms that terminals send: cursor and editing keys, F1 to F12, shifted arrows, keypad Enter.
KEYS = re.compile(rb"(\x1b\[|\x1bO)([ABCDFHZMP-S]|[0-9]{1,2}~|1;2[A-DFHPQRS]|\[[A-E])")
ASKED = ["/chain", "/ab", "/bypass", "/bypass/match", "/title", "/scene/list", "/preset/list", "/rack/*/*", "/rack/*/*/*"]


class Rack:
    """One that waits for a server: all but the sound is there."""

    def __init__(self, folder):
        self.env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
        for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            self.env[place] = os.path.join(folder, place)
            os.mkdir(self.env[place], 0o700)
        file = os.path.join(folder, "fuzz.rack")
        with open(file, "w") as f:
            f.write("[trim]\n[eq]\n[limiter]\n")
        self.child = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--osc", "0", "--no-restore", file],
                                      env=self.env, stderr=subprocess.DEVNULL)
        self.wait_for("a rack", lambda: self.get("/chain"))

    def get(self, *addresses):
        return b"".join(subprocess.run([LACQUER, "get", address], env=self.env, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL).stdout for address in addresses)

    def wait_for(self, what, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, what
            time.sleep(0.02)


class Terminal:
    def __init__(self, rack):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(LACQUER, [LACQUER, "attach", "--mouse"], rack.env)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.shown = b""

    def read(self, seconds):
        end = time.monotonic() + seconds
        while select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
            try:
                self.shown = (self.shown + os.read(self.master, 65536))[-200000:]
            except OSError:  # nobody is at the other end any more
                return

    def send(self, data):
        os.write(self.master, data)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self.read(0.05)


def some(dice, first, last, most):
    return bytes(dice.randint(first, last) for _ in range(dice.randint(0, most)))


def csi(dice):
    parameters = dice.choice([b"", b"", b"?", b">", b"<"]) + b";".join(
        str(dice.randint(0, 300)).encode() for _ in range(dice.randint(0, 4))) if dice.random() < 0.7 else some(dice, 0x30, 0x3f, 12)
    final = dice.choice(b"ABCDHFZRMmcnutyI~") if dice.random() < 0.6 else dice.randint(0x40, 0x7e)
    text = parameters + (some(dice, 0x20, 0x2f, 2) if dice.random() < 0.2 else b"") + bytes([final])
    # Three bytes of a report and the console's keys are longer than the grammar has them; the wheel and the left button are asked for.
    if text in (b"M", b"[") or text == b"200~" or re.fullmatch(rb"<[0-9]+;[0-9]+;[0-9]+M", text):
        return csi(dice)
    return dice.choice([b"\x1b[", b"\x1b[", b"\x9b", b"\xc2\x9b"]) + text


def single_shift(dice):
    text = (str(dice.randint(1, 9)).encode() if dice.random() < 0.2 else b"") + bytes([dice.randint(0x40, 0x7e)])
    return dice.choice([b"\x1bO", b"\x1bN", b"\x8f", b"\x8e"]) + text


def string(dice):
    kind = dice.choice([(b"\x1bP", b"\x90"), (b"\x1bX", b"\x98"), (b"\x1b^", b"\x9e"), (b"\x1b_", b"\x9f"), (b"\x1b]", b"\x9d")])
    end = [b"\x1b\\", b"\x9c"] + ([b"\x07"] if kind[0] == b"\x1b]" else [])
    body = dice.choice([some(dice, 0x20, 0x7e, 60), b"10;rgb:0000/ffff/0000", b"1$r0;1m", "0;“b” ü".encode()])
    return dice.choice(kind) + body + dice.choice(end)


def escape(dice):
    final = dice.choice([b for b in range(0x30, 0x7f) if chr(b) not in "[ONPX]^_"])
    return b"\x1b" + some(dice, 0x20, 0x2f, 2) + bytes([final])


def alt(dice):
    return b"\x1b" + dice.choice([b"\r", b"\t", b"\x7f", b"\x01", "ü".encode(), b"\x1b[D", b"\x1b[C", b"\x1bOD"])


def c1(dice):
    return bytes([dice.choice([b for b in range(0x80, 0xa0) if b not in (0x8e, 0x8f, 0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f)])])


def mouse(dice):
    """What a program that crashed has left on: releases and moves."""
    return dice.choice([b"\x1b[M#" + bytes([dice.randint(33, 110), dice.randint(33, 60)]),
                        b"\x1b[<%d;%d;%dM" % (dice.choice([32, 35]), dice.randint(1, 80), dice.randint(1, 24)),
                        b"\x1b[<0;%d;%dm" % (dice.randint(1, 80), dice.randint(1, 24))])


def sequence(dice):
    made = dice.choices([csi, single_shift, string, escape, alt, c1, mouse], [8, 3, 3, 2, 1, 1, 2])[0](dice)
    return sequence(dice) if KEYS.fullmatch(made) else made


def pieces(dice, data):
    """Torn in two or more, but never where a lone Escape would be one: it is a key after 25 ms."""
    cuts = [i for i in range(1, len(data)) if not data[:i].endswith(b"\x1b") or data[i:i + 1] in b"[ONPX]^_"]
    cuts = [i for i in cuts if b"\x1b\x1b" not in data and (data[i - 1:i] != b"\x1b" or data[:i].count(b"\x1b") == 1)]
    at = sorted(dice.sample(cuts, min(len(cuts), dice.randint(1, 3)))) if cuts else []
    return [data[a:b] for a, b in zip([0] + at, at + [len(data)])]


def expect_key(rack, t, sent):
    """A key after the silence counts again."""
    for wanted in (b"on", b"off"):
        t.send(b"b")
        rack.wait_for(("b", sent), lambda: wanted == rack.get("/bypass").strip() or t.read(0.01), 5)


def expect_no_change(rack, t, before, sent):
    t.read(0.7)
    now = rack.get(*ASKED)
    assert now == before, (sent, [pair for pair in zip(before.split(b"\n"), now.split(b"\n")) if pair[0] != pair[1]])
    expect_key(rack, t, sent)


def fuzz(rack, t, dice):
    before, end, count = rack.get(*ASKED), time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        sent = []
        for _ in range(60):
            made = sequence(dice)
            sent.append(made)
            t.send(made)
            t.read(dice.choice([0, 0, 0, 0.005, 0.03]))
        for _ in range(2):
            made = sequence(dice)
            for piece in pieces(dice, made):
                sent.append(piece)
                t.send(piece)
                t.read(dice.choice([0.03, 0.1, 0.3]))
        begun = sequence(dice)
        sent.append(begun[:dice.randint(2, len(begun))] if b"\x1b\x1b" not in begun and len(begun) > 2 else begun)
        t.send(sent[-1])
        count += len(sent)
        expect_no_change(rack, t, before, sent)
    print(f"{count} sequences and pieces: nothing changed")


def named(rack, t):
    """Those that were seen to do harm elsewhere."""
    before = rack.get(*ASKED)
    for sent in (b"\x1b[?1;2c", b"\x1b[25~", b"\x1bOd", b"\x1bOc", b"\x1b[1;5C", b"\x1bb", b"\x1bB", b"\x1bu", b"\x1b[M!!!\x1b[M#!!",
                 b"\x1b[<35;1;1M", b"\x9b?1;2c", b"\x1b]11;rgb:bbbb/cccc/dddd\x07", b"\x1b[200~bcdBMx\x1b[201~"):
        t.send(sent)
        expect_no_change(rack, t, before, sent)
    for byte in b"\x1b[1;5D":
        t.send(bytes([byte]))
        t.read(0.3)
    expect_no_change(rack, t, before, "Ctrl-Left, 300 ms a byte")
    for byte in b"\x1b[A":
        t.send(bytes([byte]))
        t.read(0.3)
    expect_no_change(rack, t, before, "an arrow, 300 ms a byte")


def keys(rack, t):
    """So that nothing is dropped that should not be."""
    for sent, address, wanted in ((b"\x1b[C", "/rack/trim/gain", b"0.5"), (b"\x1bOD", "/rack/trim/gain", b"0"),
                                  (b"\x1b[5~", "/rack/trim/gain", b"5"), (b"d", "/rack/trim/gain", b"0"),
                                  (b"\x1b[17~", "/ab", b"b"), (b"\x1b[15~", "/ab", b"a")):
        t.send(sent)
        rack.wait_for((sent, address), lambda: rack.get(address).split()[-1] == wanted or t.read(0.01), 5)


def main():
    with tempfile.TemporaryDirectory() as folder:
        rack = Rack(folder)
        try:
            t = Terminal(rack)
            rack.wait_for("the screen", lambda: b"trim" in t.shown or t.read(0.05))
            keys(rack, t)
            named(rack, t)
            fuzz(rack, t, random.Random(11))
            keys(rack, t)
            t.end()
        finally:
            rack.child.terminate()
            rack.child.wait(10)


if __name__ == "__main__":
    main()
