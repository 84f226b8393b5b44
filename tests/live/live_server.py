#!/usr/bin/python3
# The server is killed and comes back forty times, at other rates and periods; the rack keeps all it has and sounds as before.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import sys
import time

from liverack import Rack, Server, Wire, jack, numbers, wait_until

LIVES = int(os.environ.get("LACQUER_TEST_LIVES", "40"))
RATES, PERIODS = (44100, 48000, 96000), (64, 128, 256, 1024, 37)
CEILING = 10 ** (-2 / 20)
BACK_S = 1  # from the server's return; on a machine where others work too it may take a little longer now and then
OWN = {("system:capture_1", "lacquer:in_L"), ("system:capture_2", "lacquer:in_R"), ("lacquer:out_L", "system:playback_2"),
       ("lacquer:out_R", "system:playback_1")}


def connections():
    """Pairs of ports, from jack_lsp -c."""
    pairs, port = set(), None
    for line in jack("jack_lsp", "-c").split("\n"):
        if line.startswith("   "):
            pairs.add((port, line.strip()))
        else:
            port = line.strip()
    return pairs


def connect():
    for a, b in OWN:
        jack("jack_connect", a, b)
    wait_until("connections", lambda: OWN <= connections())
    time.sleep(0.3)  # told to the rack in its own time


def fill(osc):
    osc.send("/chain/insert", "trim", 0)
    osc.send("/chain/insert", "limiter", 1)
    osc.send("/rack/limiter/ceiling", -2.0)
    osc.send("/rack/trim/gain", -9.0)
    osc.send("/scene/store", "quiet")
    osc.send("/rack/trim/gain", -6.0)
    osc.send("/ab", "c")
    osc.sync()


def check(osc, life):
    """Values, scenes, sides and undo, each by use, and all as before in the end."""
    gain = -1 - life % 5
    osc.send("/rack/trim/gain", float(gain))
    osc.ask("/scene/recall", "quiet")
    assert osc.ask("/rack/trim/gain") == [-9.0]
    osc.ask("/undo")
    assert osc.ask("/rack/trim/gain") == [gain], osc.ask("/rack/trim/gain")
    osc.ask("/ab", "a")
    assert osc.ask("/rack/trim/gain") == [-6.0]
    osc.ask("/ab", "c")
    assert osc.ask("/rack/trim/gain") == [gain] and osc.ask("/chain") == ["trim", "limiter"]
    osc.sync()


def end(server, how):
    server.child.send_signal(how)
    server.child.wait()


def told(osc):
    status = numbers(osc)
    return status["connected"] and (status["rate"], status["period"])


def live(rack, life, server):
    """One life of the server: it ends, changes are taken meanwhile, it is back as another, all is there. Seconds it took."""
    osc, how = rack.osc, (signal.SIGTERM, signal.SIGKILL)[life % 2]
    end(server, how)
    wait_until("the loss", lambda: not numbers(osc)["connected"], 2)
    kept = float(-2 - life % 3)
    osc.send("/rack/trim/gain", kept)
    assert osc.ask("/rack/trim/gain") == [kept]
    rate, period = RATES[life % 3], PERIODS[life % 5]
    server = Server(period, rate)
    begin = time.monotonic()
    try:
        wait_until("the way back", lambda: told(osc) == (rate, period) and OWN <= connections(), 5)
    except AssertionError:
        print(f"life {life}: {told(osc)} instead of {rate, period}, not connected: {OWN - connections()}")
        server.stop()
        raise
    seconds = time.monotonic() - begin
    assert osc.ask("/rack/trim/gain") == [kept], "the value set meanwhile"
    check(osc, life)
    return server, seconds


def sounds(rack):
    """A tone of 0.1 through a trim of -6 dB, and one that the limiter has to hold to its ceiling, at the rate that is now."""
    osc, wire = rack.osc, Wire(rack)
    osc.send("/rack/trim/gain", -6.0)
    osc.sync()
    said = wire.play("sine:1000:-20", "--freewheel")
    assert abs(said["peak"] / (0.1 * 10 ** (-6 / 20)) - 1) < 1e-3, said
    osc.send("/rack/trim/gain", 12.0)
    osc.sync()
    said = wire.play("sine:997:-3", "--freewheel")
    assert 0.8 * CEILING < said["peak"] <= CEILING * 1.006, said


def main():
    server = Server(64)
    try:
        with Rack("--no-restore") as rack:
            fill(rack.osc)
            connect()
            sounds(rack)
            threads = len(os.listdir(f"/proc/{rack.child.pid}/task"))
            files = len(os.listdir(f"/proc/{rack.child.pid}/fd"))
            times = []
            for i in range(LIVES):
                server, seconds = live(rack, i, server)
                times.append(seconds)
                if i % 7 == 0 and PERIODS[i % 5] >= 64:  # all rates; below, the server itself may be too busy for a new client
                    sounds(rack)
            times.sort()
            print(f"{LIVES} lives: back within {times[len(times) // 2]:.2f} s (median), {times[-1]:.2f} s (longest)")
            assert times[len(times) * 9 // 10] < BACK_S, times
            end(server, signal.SIGKILL)
            server = Server(64)
            wait_until("the way back", lambda: told(rack.osc) == (48000, 64) and OWN <= connections(), 5)
            sounds(rack)
            assert len(os.listdir(f"/proc/{rack.child.pid}/task")) <= threads, "threads were left"
            assert len(os.listdir(f"/proc/{rack.child.pid}/fd")) <= files, "descriptors were left"
            assert rack.child.poll() is None
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
