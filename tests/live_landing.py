#!/usr/bin/python3
# Timetagged bundles land where they say, in the sound itself: within 1 ms of their time, left and right on one frame.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

from liverack import BUILD, SERVER, Rack, Server

STEPS = 6


def landings(period):
    with Server(period=period), Rack("--no-restore") as rack:
        assert rack.osc.ask("/chain/insert", "trim", 0, at="/chain")
        done = subprocess.run([os.path.join(BUILD, "landing"), SERVER, rack.name, str(rack.port), str(STEPS)],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]


def main():
    for period in 64, 256, 1024:
        steps = landings(period)
        print(f"period {period}: frames from the one that was due: {[step for step, _ in steps]}")
        assert len(steps) == STEPS
        assert all(sides == 0 for _, sides in steps), "left and right on different frames"
        # A cycle that the machine held up shifts the clock that all of JACK goes by: one such step is let pass.
        assert sum(abs(step) > 48 for step, _ in steps) <= 1, "more than 1 ms off"


if __name__ == "__main__":
    sys.exit(main())
