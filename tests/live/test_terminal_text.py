#!/usr/bin/python3
# Text from outside never steers a terminal: a rack that lies, rack files, file names and presets full of control characters.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pty
import re
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LACQUER = os.path.join(TOP, "build", "lacquer")
# Sets the title, colours by C1 as UTF-8 and as a byte, deletes, rings, turns the line round, breaks it.
EVIL = b"q\x1b]0;pwned\x07\x1b[31mred\xc2\x9b32m\x9b33m\x7f\x08\xe2\x80\xaeturned\r\nlacquer: forged"
SLY = b"q\xc2\x9b32mpwned\xc2\x9d0;\xe2\x80\xaeturned"  # without what a rack file is refused for
FORBIDDEN = [b"\xc2\x9d", b"\x1b]0;pwned", b"\x1b[31mred", b"\xc2\x9b", b"\x9b33m", b"\x7f", b"\xe2\x80\xae", b"\x07"]


def strings(*texts):
    return b"".join(text + b"\0" * (4 - len(text) % 4) for text in texts)


def message(address, *values):
    types, body = b",", b""
    for value in values:
        if isinstance(value, bytes):
            types, body = types + b"s", body + strings(value)
        elif isinstance(value, int):
            types, body = types + b"i", body + struct.pack(">i", value)
        else:
            types, body = types + b"f", body + struct.pack(">f", value)
    return strings(address, types) + body


class LyingRack(threading.Thread):
    """Answers every question with what it would like the terminal to do."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.failing = False
        self.start()

    def answers(self, address, data):
        if address == b"/sync":
            return [message(b"/synced", 1)]
        if address == b"/chain":
            return [message(address, b"trim", EVIL, b"a")]
        if address == b"/info":
            return [message(address, b"program", EVIL, b"version", EVIL, b"client", EVIL, b"title", EVIL),
                    message(b"/title", EVIL), message(b"/error", EVIL, EVIL), message(b"/preset/save", EVIL)]
        if address == b"/status":
            return [message(address, b"rate", 48000, b"scheduling", EVIL, b"overload", EVIL)]
        if re.fullmatch(rb"/rack/[a-z]*/info", address):
            return [message(address, EVIL, EVIL, EVIL, 1, b"gain", 1, b"level")]
        if address.endswith(b"/info") and address.startswith(b"/meter"):
            return [message(address, EVIL, EVIL, -60.0, 0.0, EVIL)]
        if address.endswith(b"/info"):
            return [message(address, EVIL, EVIL, b"choice", 0.0, 1.0, 0.0, 1.0, EVIL, EVIL, EVIL + b"2")]
        if address.startswith(b"/preset") or address.startswith(b"/scene") or address == b"/modules":
            return [message(address, EVIL, b"club")]
        return [message(address, EVIL)]

    def run(self):
        while True:
            data, peer = self.socket.recvfrom(65536)
            address = data[:data.index(b"\0")]
            if self.failing and address != b"/sync":
                self.socket.sendto(message(b"/error", EVIL, EVIL), peer)
                continue
            if address == b"/subscribe":
                address = b"/title"
            for answer in self.answers(address, data):
                self.socket.sendto(answer, peer)


def check(what, text, lines=None):
    """Nothing but printable UTF-8 in lines, and not more of these than were meant."""
    assert b"pwned" in text or b"q?" in text or b"a control character" in text, (what, "the text never came", text)
    for bad in FORBIDDEN:
        assert bad not in text, (what, bad, text)
    for line in text.decode().split("\n"):  # it is valid UTF-8
        assert line.isprintable() or not line, (what, line)
        assert not line.startswith("lacquer: forged"), (what, text)
    assert lines is None or text.count(b"\n") == lines, (what, text)


def run(*words, env=None, status=None):
    done = subprocess.run([LACQUER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, env=env)
    assert status is None or done.returncode == status, (words, done)
    return done.stdout + done.stderr


def clients():
    rack = LyingRack()
    to = ("--to", rack.target)
    check("get", run("get", *to, "/title", status=0), 1)
    check("get a pattern", run("get", *to, "/ti*", status=0), 1)
    check("get --json", run("get", *to, "--json", "/title", status=0), 1)
    rack.failing = True
    check("an error to get", run("get", *to, "/title", status=1))
    check("an error to set", run("set", *to, "/rack/trim/gain", "1", status=1))
    rack.failing = False
    check("set", run("set", *to, "/rack/trim/gain", "1"), 2)  # the answer, and that it is another value
    with subprocess.Popen([LACQUER, "watch", *to, "/title"], stdout=subprocess.PIPE) as watch:
        check("watch", watch.stdout.readline(), 1)
        watch.terminate()
    return rack


def attach(rack, keys):
    """The screen's own escape sequences are the terminal's business; those of the rack must not be among them."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", COLUMNS="120", LINES="40")
        os.execv(LACQUER, [LACQUER, "attach", rack.target])
    shown, end = b"", time.monotonic() + 3
    pressed = list(keys)
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.3)[0]:
            shown += os.read(terminal, 65536)
        if pressed and time.monotonic() > end - 2 + (len(keys) - len(pressed)) * 0.1:
            os.write(terminal, pressed.pop(0).encode())
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    assert b"pwned" in shown, ("attach", "the text never came", shown)
    for bad in FORBIDDEN:
        assert bad not in shown, ("attach", bad, shown[max(0, shown.index(bad) - 200):shown.index(bad) + 200])


def files(folder, line):
    bad = {
        "key": b"[trim]\n" + line + b" = 1\n",
        "value": b"[trim]\ngain = " + line + b"\n",
        "module": b"[" + line + b"]\ngain = 1\n",
        "id": b"[trim " + line + b"]\ngain = 1\n",
        "title": b"[rack]\ntitle = " + line + b"\n" + line + b" = 1\n",
    }
    for what, text in bad.items():
        path = os.path.join(folder, what + ".rack")
        with open(path, "wb") as f:
            f.write(text)
        check("check " + what, run("check", path))
        log = os.path.join(folder, "log")
        with open(log, "wb") as out:
            rack = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--osc", "0", "--no-restore", path],
                                    stderr=out, stdout=out)
            end = time.monotonic() + 10
            while b"waiting" not in open(log, "rb").read() and rack.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            if what == "title" and line == SLY:
                check("get /title", run("get", "/title", status=0), 1)
            rack.terminate()
            rack.wait(10)
        check("run " + what, open(log, "rb").read())
        check("render " + what, run("render", path, "/nothing/" + os.fsdecode(line), "/nothing/out.wav"))


def words(folder, line):
    evil_name = os.path.join(os.fsencode(folder), line.replace(b"/", b"") + b".rack")
    with open(evil_name, "wb") as f:
        f.write(b"[trim]\ngain = x\n")
    check("a file's name", run("check", evil_name, status=4))
    check("no file", run("check", evil_name + b"2.rack"))
    check("measure", run("measure", evil_name, status=1))
    check("measure --json", run("measure", "--json", evil_name, status=1))
    for command in (["set", EVIL, "1"], ["get", EVIL], [EVIL], ["run", "--" + os.fsdecode(EVIL)], ["describe", EVIL],
                  ["run", "-n", EVIL], ["get", "--to", EVIL, "/x"]):
        check(str(command), run(*command))


def presets(folder):
    """A preset with such a name is not listed, and cannot be asked for."""
    racks = os.path.join(os.environ["XDG_CONFIG_HOME"], "lacquer", "racks")
    os.makedirs(racks)
    with open(os.path.join(os.fsencode(racks), EVIL.replace(b"/", b"") + b".rack"), "wb") as f:
        f.write(b"[trim]\n")
    rack = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--osc", "0", "--no-restore"],
                            stderr=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while subprocess.run([LACQUER, "get", "/info"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        assert time.monotonic() < end
        time.sleep(0.05)
    listed = run("get", "/preset/list", status=0)
    assert b"forged" not in listed and b"streaming" in listed, listed
    refused = run("set", "/preset/load", EVIL, status=1)
    assert not any(bad in refused for bad in FORBIDDEN) and refused.count(b"\n") == 1, refused
    refused = run("set", "/chain/insert", EVIL, "0", status=1)
    check("a module's name", refused, 1)
    rack.terminate()
    rack.wait(10)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for place in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            os.environ[place] = os.path.join(folder, place)
            os.mkdir(os.environ[place], 0o700)
        rack = clients()
        for keys in ("", "?", "\r", "jjl", "p", "a"):
            attach(rack, keys)
        for line in (SLY, EVIL.replace(b"\r\n", b"")):
            files(folder, line)
        words(folder, EVIL.replace(b"\r\n", b""))
        presets(folder)


if __name__ == "__main__":
    main()
