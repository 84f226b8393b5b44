#!/usr/bin/python3
# Somebody sets the wall clock while the rack plays: nothing goes by it but timetags, and those by what it says now.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import struct
import subprocess
import sys
import tempfile
import time

import liblo

from live_faults import hears, level, tone
from live_state import SAVED_S, read, state_file
from liverack import BUILD, SERVER, Rack, Server, wait_until

LEASE_S, FADE_S, HZ, STEPS = 10, 2.0, 20, 3


class Clock:
    """The wall clock of what is started with its environment."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "clock")
        with open(self.path, "wb") as f:
            f.write(bytes(8))
        self.env = {"LACQUER_CLOCK": self.path}

    def jump(self, seconds):
        with open(self.path, "r+b") as f:
            f.write(struct.pack("=q", seconds))


def meters(osc, seconds):
    return sum(address == "/meter/out/peak" for address, *_ in osc.listen(seconds))


def goes_on(rack, clock, off):
    """A lease, a fade and a save are under way when the clock jumps: each takes the time that it takes. The lease's begin."""
    osc, saved = rack.osc, state_file(rack.folder, "lacquer.rack")
    osc.send("/rack/trim/gain", -20.0)
    hears(osc, -40)
    osc.listen(SAVED_S)  # nothing is left to save
    leased = time.monotonic()
    osc.send("/subscribe", "/meter/out/peak", HZ)
    begin = time.monotonic()
    osc.send("/scene/recall", "loud", FADE_S)
    osc.listen(0.3)
    clock.jump(off)
    heard = meters(osc, 1.0)
    assert abs(heard - HZ) <= HZ / 4, f"{heard} meters in a second"
    now = level(osc)
    assert time.monotonic() - begin > FADE_S or -37 < now < -17, f"{now} dB in the middle of a fade from -40 to -14"
    assert "gain = 6" not in read(saved), "saved at once"
    wait_until("the end of the fade", lambda: abs(level(osc) + 14) < 0.3, begin + FADE_S + 0.7 - time.monotonic())
    wait_until("the save", lambda: "gain = 6" in read(saved), begin + SAVED_S + 1 - time.monotonic())
    return leased


def ends(osc, leased):
    """The lease does, when its time is over and not before."""
    osc.listen(leased + LEASE_S - 1 - time.monotonic())
    assert meters(osc, 0.5) > HZ / 4, "the lease was over too soon"
    osc.listen(leased + LEASE_S + 0.3 - time.monotonic())
    assert meters(osc, 0.4) == 0, "the lease goes on"


def lands(rack, clock):
    """Bundles of a program that has the new time, as in live_landing.py."""
    rack.osc.send("/rack/trim/gain", 0.0)
    rack.osc.sync()
    done = subprocess.run([os.path.join(BUILD, "landing"), SERVER, rack.name, str(rack.port), str(STEPS)], capture_output=True,
                          env={**os.environ, **clock.env, "LD_PRELOAD": os.path.join(BUILD, "preload_clock.so")}, text=True,
                          timeout=60)
    assert done.returncode == 0, done
    steps = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert len(steps) == STEPS and all(sides == 0 for _, sides in steps), steps
    assert sum(abs(step) > 48 for step, _ in steps) <= 1, f"more than 1 ms off: {steps}"
    return [step for step, _ in steps]


def other_times(osc, ahead):
    """A bundle of a program that has the old time: late, so at once, or too far ahead, so refused."""
    osc.send("/rack/trim/gain", -1.0)
    osc.sync()
    osc.errors.clear()
    osc.socket.send(osc.target, liblo.Bundle(liblo.time() + 0.2, liblo.Message("/rack/trim/gain", -2.0)))
    osc.sync()
    assert osc.ask("/rack/trim/gain") == [-1.0 if ahead else -2.0]
    assert len(osc.errors) == ahead and all("ahead" in error[1][1] for error in osc.errors), osc.errors


def main():
    with tempfile.TemporaryDirectory() as folder, Server(period=256):
        clock = Clock(folder)
        with Rack("--no-restore", "-i", "play:out_L,play:out_R", preload="preload_clock.so", env=clock.env) as rack:
            osc = rack.osc
            osc.send("/chain/insert", "trim", 0)
            osc.send("/rack/trim/gain", 6.0)
            osc.send("/scene/store", "loud")
            for off in 3600, -3600:
                with tone(folder):
                    leased = goes_on(rack, clock, off)
                landed = lands(rack, clock)
                other_times(osc, ahead=off < 0)
                if off < 0:
                    ends(osc, leased)
                print(f"clock set by {off:+} s: leases, fades, saves and meters go on; frames from the one due: {landed}",
                      flush=True)


if __name__ == "__main__":
    sys.exit(main())
