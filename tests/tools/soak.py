#!/usr/bin/python3
# A long run under random OSC traffic beside a client that does nothing: no xrun of ours, no growth. tests/tools/soak.py [MINUTES]
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../live"))
from liverack import (BUILD, SERVER, TOP, OwnLate, Process, Rack, Server, describe, numbers, ports,
                      wait_until)

BASELINE_S = 120     # what is filled by then (undo, scenes, pages of libraries) does not count as growth
GROWTH_KB = 512      # pages that a heap may still come to touch
SCENES = [f"scene {i}" for i in range(8)]
MODULES = ["trim", "eq", "compressor", "imager", "limiter"]


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmRSS")).split()[1])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Traffic:
    """What people, surfaces and strangers send, at random but the same each time."""

    def __init__(self, osc):
        self.osc, self.dice = osc, random.Random(20)
        self.params = {m["id"]: m["params"] for m in describe()}

    def value(self, p):
        if p["choices"]:
            return self.dice.choice(p["choices"])
        return self.dice.uniform(p["min"], p["max"]) if p["scale"] != "toggle" else bool(self.dice.getrandbits(1))

    def turn(self):
        slot = self.dice.choice(self.osc.ask("/chain") or ["none"])
        module = slot.split("_")[0]
        for p in self.dice.choices(self.params.get(module, []), k=20) if module in self.params else []:
            self.osc.send(f"/rack/{slot}/{p['id']}", self.value(p))

    def edit(self):
        chain = self.osc.ask("/chain")
        dice = self.dice
        if len(chain) < 6:
            self.osc.send("/chain/insert", dice.choice(MODULES), dice.randrange(7))
        elif dice.random() < 0.5:
            self.osc.send("/chain/remove", dice.choice(chain))
        else:
            self.osc.send("/chain/move", dice.choice(chain), dice.randrange(7))

    def state(self):
        what = self.dice.randrange(6)
        name = self.dice.choice(SCENES)
        messages = [("/scene/store", name), ("/scene/recall", name, self.dice.random() * 3), ("/undo",), ("/redo",),
                    ("/ab", self.dice.choice("abcd")), ("/bypass", bool(self.dice.getrandbits(1)))]
        self.osc.send(*messages[what])

    def listen(self):
        self.osc.send("/subscribe", "/meter/*/*", 30)
        self.osc.listen(0.2)

    def nonsense(self):
        self.osc.send("/rack/none/gain", 1.0)
        self.osc.send("/rack/trim/gain", float("nan"))
        self.osc.send("/" + "x" * self.dice.randrange(1, 90), "y")

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.dice.choices([self.turn, self.edit, self.state, self.listen, self.nonsense], [10, 2, 4, 2, 1])[0]()
            self.osc.listen(0.02)
            self.osc.errors.clear()


def last(process):
    lines = process.output().split("\n")[:-1]
    return json.loads(lines[-1]) if lines else {"xruns": 0, "cycles": 0, "late": 0, "gaps": 0}


def floors_kb(samples, from_s, to_s):
    """The least that was resident in each half of the time: chains of edits come and go above it, a leak lifts it."""
    middle = (from_s + to_s) / 2
    return (min(kb for past, kb in samples if from_s <= past < middle), min(kb for past, kb in samples if past >= middle))


def soak(minutes, rack, null):
    traffic, pid = Traffic(rack.osc), rack.child.pid
    begin, late = time.monotonic(), OwnLate(rack)
    warm_faults = None
    baseline, shown, first, samples = None, 0, last(null), []
    while (past := time.monotonic() - begin) < minutes * 60:
        traffic.run(0.25)
        late.look()
        status = numbers(rack.osc)
        samples.append((past, resident_kb(pid)))
        if baseline is None and past > min(BASELINE_S, minutes * 30):
            baseline = past, descriptors(pid)
            warm_faults = late.thread.faults()
        if past - shown >= 30:
            shown = past
            print(f"{past:5.0f} s: resident {resident_kb(pid)} kB, {descriptors(pid)} descriptors, own late "
                  f"{status['xruns_own']} ({late.count} unexplained), foreign {status['xruns_foreign']}, load {status['load_worst']:.2f}, "
                  f"null client {last(null)}", flush=True)
    status = numbers(rack.osc)
    time.sleep(1.5)  # the null client writes once a second
    there = last(null)
    before_kb, after_kb = floors_kb(samples, baseline[0], past)
    told = status["xruns_own"] + status["xruns_foreign"]
    print(f"resident at least {before_kb} -> {after_kb} kB, descriptors {baseline[1]} -> {descriptors(pid)}, xruns "
          f"{told} (null client: {there['xruns'] - first['xruns']}), own late {status['xruns_own']} "
          f"({late.count} unexplained), page faults {late.thread.faults() - warm_faults}, null client's own late {there['late']}, poisoned {status['poisoned']}, overload {status['overload']}")
    assert after_kb - before_kb <= GROWTH_KB, f"grew by {after_kb - before_kb} kB"
    assert descriptors(pid) <= baseline[1], "descriptors were left open"
    assert late.count == 0, f"{late.count} cycles of our own were late"
    assert late.thread.faults() == warm_faults, "page faults in the audio thread"
    assert told <= there["xruns"] - first["xruns"] + status["xruns_own"], "more xruns than the null client was told of"
    assert status["poisoned"] == 0 and status["overload"] == "none", status


def main():
    os.chdir(TOP)
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder, Server(period=256):
        sound = os.path.join(folder, "demo.wav")
        subprocess.run([os.path.join(BUILD, "demomix"), sound], check=True)
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, sound]), \
                Process([os.path.join(BUILD, "nullclient"), "-s", SERVER]) as null:
            wait_until("the null client", lambda: "null:out_R" in ports())
            with Rack("--no-restore", "-i", "play:out_L,play:out_R", "-o", "null:in_L,null:in_R",
                      os.path.join(TOP, "examples", "streaming.rack")) as rack:
                soak(minutes, rack, null)


sys.exit(main())
