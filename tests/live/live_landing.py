#!/usr/bin/python3
# Timetagged bundles land where they say, in the sound itself: within 1 ms of their time, left and right on one frame.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

from liverack import BUILD, SERVER, Rack, Server, numbers

STEPS = 6
TRIES = 8


def landings(period):
    with Server(period=period), Rack("--no-restore") as rack:
        assert rack.osc.ask("/chain/insert", "trim", 0, at="/chain")
        done = subprocess.run([os.path.join(BUILD, "landing"), SERVER, rack.name, str(rack.port), str(STEPS)],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        status = numbers(rack.osc)
        return ([tuple(map(int, line.split())) for line in done.stdout.splitlines()],
                status["xruns_own"] + status["xruns_foreign"])


def undisturbed_landings(period):
    """A cycle that the machine held up shifts the clock that all of JACK goes by, and that takes seconds to come back: then
    once more, on a server of its own."""
    for _ in range(TRIES):
        steps, xruns = landings(period)
        print(f"period {period}: frames from the one that was due: {[step for step, _ in steps]}, {xruns} xruns", flush=True)
        if not xruns:
            return steps
    print(f"skipped: at {period} frames a period cycles were held up in each of {TRIES} tries")
    sys.exit(77)


def main():
    for period in 64, 256, 1024:
        steps = undisturbed_landings(period)
        assert len(steps) == STEPS
        assert all(sides == 0 for _, sides in steps), "left and right on different frames"
        # A late cycle need not be an xrun: one such step is let pass.
        assert sum(abs(step) > 48 for step, _ in steps) <= 1, "more than 1 ms off"


if __name__ == "__main__":
    sys.exit(main())
