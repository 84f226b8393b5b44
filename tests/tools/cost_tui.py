#!/usr/bin/python3
# What the terminal UI costs while music plays: processor and bytes a second, in real terminals (tmux) of two sizes. Not part of
# tests/run.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../live"))
import live_tui
from cost import Count, music
from liverack import BUILD, SERVER, Process, Rack, Server, ports, wait_until

USAGE = "usage: tests/tools/cost_tui.py [RACK]: examples/streaming.rack by default"
SIZES = ((80, 24), (200, 50))
VIEWS = (("first slot", ()), ("equaliser", ("Tab",)))


class Attached:
    """The terminal UI's process, as Count wants it."""

    def __init__(self, pid):
        self.child = self
        self.pid = pid

    def written(self):
        """Bytes and times that it wrote to files, of which its terminal is the only one."""
        with open(f"/proc/{self.pid}/io") as f:
            values = dict(line.split(": ") for line in f)
        return int(values["wchar"]), int(values["syscw"])


def measure(rack, columns, rows):
    with live_tui.Terminal(rack, columns, rows) as t:
        t.attach()
        for view, keys in VIEWS:
            if keys:
                t.keys(*keys)
            tui, bytes_s, frames_s = Attached(t.child()), [], []
            count = Count(ui=tui, rack=rack)
            time.sleep(1)
            for _ in range(3):
                before, begin = tui.written(), time.monotonic()
                count.round()
                took, after = time.monotonic() - begin, tui.written()
                bytes_s.append((after[0] - before[0]) / took)
                frames_s.append((after[1] - before[1]) / took)
            print(f"{columns}x{rows}, {view}: terminal UI {count.of('ui'):.2f} % of a core, "
                  f"{statistics.median(bytes_s) / 1000:.1f} kB/s in {statistics.median(frames_s):.0f} writes a second; "
                  f"the rack {count.of('rack'):.2f} %, of it", flush=True)
            count.tell_threads("rack")


def main():
    if sys.argv[1:2] in (["-h"], ["--help"]):
        return print(USAGE)
    rack_file = sys.argv[1] if len(sys.argv) > 1 else "examples/streaming.rack"
    with music() as file, Server(period=256), Process([os.path.join(BUILD, "play"), "-s", SERVER, "-n", "daw", file]):
        wait_until("the player", lambda: "daw:out_R" in ports())
        with Rack("--no-restore", "-i", "daw:out_L,daw:out_R", rack_file) as rack:
            for columns, rows in SIZES:
                measure(rack, columns, rows)


if __name__ == "__main__":
    sys.exit(main())
