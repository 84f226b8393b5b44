#!/usr/bin/python3
# Real OSC clients (oscsend, python3-liblo, lacquer itself) at a rack that runs on a real JACK server.
# SPDX-License-Identifier: GPL-3.0-or-later
import math
import os
import socket
import stat
import struct
import subprocess
import time

import liblo

from liverack import LACQUER, SERVER, Rack, Server, wait_until

TRIES = 10  # a busy machine is late now and then; what is wrong is late always


def lacquer(rack, *words):
    return subprocess.run([LACQUER, *words], env={**os.environ, **rack.env}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=30)


def oscsend(rack, *words):
    subprocess.run(["oscsend", "127.0.0.1", str(rack.port), *map(str, words)], check=True, timeout=10)


def tools(rack):
    """Every type that oscsend has, patterns, and the answers by another client."""
    osc = rack.osc
    for words, address, wanted in [(("/rack/t/gain", "f", -2.5), "/rack/t/gain", -2.5),
                                   (("/rack/t/gain", "i", 3), "/rack/t/gain", 3.0),
                                   (("/rack/t/gain", "d", 4.25), "/rack/t/gain", 4.25),
                                   (("/rack/t/gain", "h", 5), "/rack/t/gain", 5.0),
                                   (("/rack/t/mono", "T"), "/rack/t/mono", True),
                                   (("/rack/[t]/mo?o", "F"), "/rack/t/mono", False),
                                   (("/rack/t/gain/str", "s", "-1 dB"), "/rack/t/gain", -1.0),
                                   (("/rack/t/gain/norm", "f", 1), "/rack/t/gain", 24.0)]:
        oscsend(rack, *words)
        wait_until(" ".join(map(str, words)), lambda: osc.ask(address) == [wanted])
    assert lacquer(rack, "get", "/rack/t/gain/str").stdout == "24.0 dB\n"
    assert lacquer(rack, "get", "--to", f"127.0.0.1:{rack.port}", "/rack/t/gain").stdout == "24\n"


def errors(rack):
    osc = rack.osc
    for words in [("/rack/t/gain", math.nan), ("/rack/t/gain", math.inf), ("/rack/t/gain", "x"), ("/nothing",),
                  ("/rack/t/nothing", 1.0), ("/quit",)]:
        osc.errors = []
        osc.send(*words)
        osc.sync()
        assert [values[0] for _, values, _ in osc.errors] == [words[0]], (words, osc.errors)
    assert osc.ask("/rack/t/gain", 99.0) == [24.0]  # clamped, and told


def feedback(rack):
    """What one client sets another hears, at 30 an address and second at most; meters come steadily; a lease ends."""
    osc, other = rack.osc, type(rack.osc)(rack.port)
    other.send("/subscribe", "/rack/t/gain")
    other.send("/subscribe", "/meter/out/peak", 20)
    assert other.wait_for("/rack/t/gain") == [24.0]
    begin = time.monotonic()
    for i in range(500):
        osc.send("/rack/t/gain", i / 100)
        time.sleep(0.001)
    osc.send("/rack/t/gain", -7.0)
    heard = other.listen(1)
    most = (time.monotonic() - begin) * 30 + 2
    values = [m[1][0] for m in heard if m[0] == "/rack/t/gain"]
    assert values[-1] == -7.0 and 2 <= len(values) <= most, values
    peaks = [m for m in heard if m[0] == "/meter/out/peak"]
    assert 2 <= len(peaks) <= most and all(len(m[1]) == 2 for m in peaks), len(peaks)
    other.send("/unsubscribe", "/meter/out/peak")
    other.send("/unsubscribe", "/rack/t/gain")
    other.sync()
    assert other.listen(0.3) == []


def bundles(rack):
    """A hundred values at once; a timetag is met, however long the machine has run; what is too far ahead is refused."""
    osc = rack.osc
    osc.socket.send(osc.target, liblo.Bundle(*[liblo.Message("/rack/t/gain", i / 10) for i in range(100)]))
    osc.sync()
    assert abs(osc.ask("/rack/t/gain")[0] - 9.9) < 1e-6
    late = []
    while not (late and abs(late[-1]) < 0.02):
        assert len(late) < TRIES, f"the timetag was missed by {late} s"
        due = liblo.time() + 0.2
        osc.socket.send(osc.target, liblo.Bundle(due, liblo.Message("/rack/t/gain", 1.0 + len(late) / 10)))
        osc.sync()
        late.append(liblo.time() - due)
    osc.errors = []
    osc.socket.send(osc.target, liblo.Bundle(liblo.time() + 5, liblo.Message("/rack/t/gain", 20.0)))
    osc.sync()
    assert len(osc.errors) == 1 and osc.ask("/rack/t/gain") != [20.0]


def flood(rack):
    """As fast as Python can for a second: the last value wins, others are answered, no audio is late."""
    osc = rack.osc
    before = osc.ask("/status")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            for i in range(100):
                s.sendto(b"/rack/t/gain\0\0\0\0,f\0\0" + struct.pack(">f", i / 10), ("127.0.0.1", rack.port))

        def landed():
            """How soon is live_flood's business; what waits in the UDP socket may be behind a question over the local one, and the
            last datagram may have found the socket full."""
            s.sendto(b"/rack/t/gain\0\0\0\0,f\0\0" + struct.pack(">f", 6.5), ("127.0.0.1", rack.port))
            return lacquer(rack, "get", "/rack/t/gain").stdout == "6.5\n"
        wait_until("the last value", landed)
        osc.sync()
        assert abs(osc.ask("/rack/t/gain")[0] - 6.5) < 1e-6, "an earlier value has come behind it"
    after = osc.ask("/status")
    own = [dict(zip(s[::2], s[1::2]))["xruns_own"] for s in (before, after)]
    assert own[1] - own[0] <= 2, own  # a shared machine may take the processor away


def refused(*options):
    done = subprocess.run([LACQUER, "run", "-H", "-s", SERVER, "-n", "refused", "--no-restore", *options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    assert done.returncode == 2 and "--osc-allow" in done.stderr, (options, done)


def main():
    with Server(period=128):
        refused("--osc-bind", "0.0.0.0")
        refused("--osc-bind", "::")
        refused("--osc-bind", "0.0.0.0", "--osc-allow", "10.0.0.0/99")
        with Rack("--no-restore") as rack:
            path = os.path.join(rack.env["XDG_RUNTIME_DIR"], "lacquer", "lacquer.sock")
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
            assert rack.osc.ask("/chain/insert", "trim", 0, "t", at="/chain")[0] == "t"
            for part in (tools, errors, feedback, bundles, flood):
                print(part.__name__, flush=True)
                part(rack)
            assert lacquer(rack, "set", "/quit").returncode == 0
            wait_until("the end", lambda: rack.child.poll() is not None)
            assert rack.child.returncode == 0 and not os.path.exists(path)


if __name__ == "__main__":
    main()
