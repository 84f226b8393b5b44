#!/usr/bin/python3
# libjack hangs when clients close: the rack starts itself anew in its own process and has all it had; not over and over.
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from live_server import OWN, connect, connections, end
from live_state import check, check_by_use, fill
from live_tui import Terminal
from liverack import LACQUER, Rack, Server, numbers, wait_until

ANEW, STAYS = "the rack starts anew", "the rack stays as it is"


def hang(folder, words):
    """What of libjack hangs from now on."""
    with open(os.path.join(folder, "hang"), "w") as f:
        f.write(words)


def start(folder):
    return Rack("--no-restore", folder=folder, preload="preload_hang.so", env={"LACQUER_HANG": os.path.join(folder, "hang")})


def lose(rack, server):
    end(server, signal.SIGKILL)
    wait_until("the loss", lambda: not numbers(rack.osc)["connected"], 2)


def there(rack):
    wait_until("the way back", lambda: numbers(rack.osc)["connected"] and OWN <= connections(), 8)


def inside(rack):
    place = f"/proc/{rack.child.pid}"
    with open(place + "/cmdline") as f, open(place + "/comm") as g:
        words = f.read(), g.read()
    return words, len(os.listdir(place + "/task")), len(os.listdir(place + "/fd"))


def starts_anew(rack):
    """Looks every millisecond: the name is nobody else's to take, not even while the program is replaced."""
    with open(os.path.join(rack.folder, "XDG_RUNTIME_DIR", "lacquer", "lacquer.lock")) as lock:
        end, said = time.monotonic() + 8, 0
        while time.monotonic() < (said + 0.5 if said else end):
            said = said or (ANEW in rack.output() and time.monotonic())
            time.sleep(0.001)
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            raise AssertionError("the name was let go")
        assert said, "not within 8 s"


def three_closes(folder, server):
    """Two are left behind; the third brings a new program, that has no thread and no file of theirs."""
    hang(folder, "close")
    with start(folder) as rack, Terminal(rack) as t:
        fill(rack.osc)
        connect()
        t.attach()
        t.see("-5.0 dB")
        before = inside(rack)
        for life in range(3):
            assert ANEW not in rack.output(), life
            lose(rack, server)
            if life == 2:
                wait_until(ANEW, lambda: ANEW in rack.output(), 5)
            server = Server(period=256)
            there(rack)
        assert rack.child.poll() is None and rack.output().count(ANEW) == 1
        after = inside(rack)
        assert after[0] == before[0] and after[1] <= before[1] and after[2] <= before[2], (before, after)
        check(rack.osc)
        check_by_use(rack.osc)
        rack.osc.send("/rack/trim/gain", 4.5)
        t.see("4.5 dB")
        done = subprocess.run([LACQUER, "get", "/rack/trim/gain"], env={**os.environ, **rack.env, "LD_PRELOAD": ""},
                              capture_output=True, text=True)
        assert float(done.stdout) == 4.5, done
        print("three closes hang: a new program in the same process, all is there, the terminal goes on")
        hang(folder, "close open")  # soon again: it stays, and takes what it gets
        lose(rack, server)
        wait_until(STAYS, lambda: STAYS in rack.output(), 8)
        assert rack.osc.ask("/rack/trim/gain") == [4.5] and rack.output().count(ANEW) == 1
        hang(folder, "")
        print("again within ten minutes: said, and stayed as it is")
    return Server(period=256)


def close_blocks_open(folder, server):
    """As jack2 has it, where a close that hangs holds the lock that an open needs: one is enough."""
    hang(folder, "")
    with start(folder) as rack:
        fill(rack.osc)
        connect()
        hang(folder, "close open")
        lose(rack, server)
        starts_anew(rack)
        hang(folder, "")
        server = Server(period=256)
        there(rack)
        check(rack.osc)
        assert rack.child.poll() is None
    print("an open hangs behind a close: a new program at once")
    return server


def main():
    folder = tempfile.mkdtemp()
    server = Server(period=256)
    try:
        for part in three_closes, close_blocks_open:
            server = part(folder, server)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
