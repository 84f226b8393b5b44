#!/usr/bin/python3
# Turns every control and edits the chain while guards watch the audio thread, then sees each guard catch a planted fault.
# SPDX-License-Identifier: GPL-3.0-or-later
# live_guard.py: under both guards of ours. live_guard.py rtsan: the program in build-rtsan/, whose guard is the sanitizer.
import os
import re
import subprocess
import sys
import tempfile

from liverack import BUILD, LACQUER, SERVER, TOP, Process, Rack, Server, describe, jack

RTSAN = os.path.join(TOP, "build-rtsan", "lacquer")


class Guard:
    """A way to watch: what it says at a clean end, with the cycles watched where it counts them; for each fault what it says, and how the
    program ends. RTSan counts what it has found, and nothing else."""

    def __init__(self, name, clean, planted, preload=None, program=LACQUER, env=None):
        self.name, self.clean, self.planted = name, clean, planted
        self.preload, self.program, self.env = preload, program, env or {}

    def rack(self, **env):
        return Rack("--no-restore", "-i", "play:out_L,play:out_R", preload=self.preload, program=self.program, env={**self.env, **env})


GUARDS = [Guard("preload_guard", r"watched (?P<cycles>\d+) cycles, (\d+) page faults",
                {"malloc": "callback called malloc", "lock": "callback called pthread_mutex_lock"}, preload="preload_guard.so"),
          Guard("preload_seccomp", r"filter on for (?P<cycles>\d+) cycles", {"syscall": "audio thread made system call"},
                preload="preload_seccomp.so")]
RTSANS = [Guard("rtsan", r"Total error count: 0\b",
                {"malloc": "real-time unsafe function `malloc`", "lock": "real-time unsafe function `pthread_mutex_lock`",
                 "syscall": "real-time unsafe function `syscall`"}, program=RTSAN, env={"RTSAN_OPTIONS": "print_stats_on_exit=true"})]


def turn_everything(osc, slot, params):
    """Each control to its ends and back, switches and choices through all they have."""
    for p in params:
        address = f"/rack/{slot}/{p['id']}"
        for value in p["choices"] or (float(p["min"]), float(p["max"]), float(p["default"])):
            osc.send(address, value)
        osc.socket.recv(0)
    for switch in ("bypass", "solo", "delta"):
        osc.send(f"/rack/{slot}/{switch}", True)
        osc.send(f"/rack/{slot}/{switch}", False)
    osc.sync()


def exercise(osc, modules):
    """All that a person can do, as OSC messages; the guards see what it does to the audio thread."""
    for module in modules:
        osc.send("/chain/insert", module["id"], 0, "x")
        osc.sync()
        assert "x" in osc.ask("/chain"), module["id"]
        turn_everything(osc, "x", module["params"])
        osc.send("/chain/move", "x", 3)
        osc.sync()
        osc.send("/chain/remove", "x")
        osc.sync()
    for address, *values in [("/bypass", True), ("/bypass/match", True), ("/bypass", False), ("/scene/store", "one"),
                             ("/rack/limiter/gain", 9.0), ("/scene/store", "two"), ("/scene/recall", "one", 0.2),
                             ("/scene/recall", "two"), ("/ab", "b"), ("/ab", "a"), ("/undo",), ("/redo",),
                             ("/preset/save", "guarded"), ("/preset/load", "guarded"), ("/chain/replace", "limiter", "trim"), ("/meter/reset",),
                             ("/meter/pause",), ("/meter/start",), ("/subscribe", "/*/*/*", 30)]:
        osc.send(address, *values)
        osc.sync()
    for frames in (256, 1024, 64):
        jack("jack_bufsize", str(frames))
        osc.sync()
    jack("jack_freewheel", "y")
    osc.listen(0.5)
    jack("jack_freewheel", "n")
    osc.sync()


def run_guarded(guard, sound, modules):
    rack = guard.rack()
    with rack:
        with Process([os.path.join(BUILD, "play"), "-s", SERVER, sound]):
            rack.osc.send("/chain/insert", "limiter", 0)
            exercise(rack.osc, modules)
            rack.osc.listen(1.5)
        assert rack.child.poll() is None, f"{guard.name}: the rack has ended"
        assert not rack.osc.errors, f"{guard.name}: {rack.osc.errors[:5]}"
        status = rack.stop()
        report = re.search(guard.clean, rack.output())
        assert status == 0 and report, f"{guard.name}: status {status}"
        assert int(report.groupdict().get("cycles", 2001)) > 2000, f"{guard.name}: watched only {report['cycles']} cycles"
        print(f"{guard.name}: {report[0]}")


def run_planted(guard, fault, said, sound):
    """With sound: a module runs from the first sample that is not silent."""
    rack = guard.rack(LACQUER_TEST_MODULES="1")
    with rack, Process([os.path.join(BUILD, "play"), "-s", SERVER, sound]):
        rack.osc.send("/chain/insert", "testfault", 0)
        rack.osc.sync()
        assert rack.child.poll() is None, f"{guard.name}: ended before the fault"
        rack.osc.send("/rack/testfault/fault", fault)
        try:
            rack.child.wait(10)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{guard.name}: planted {fault} was not caught") from None
        assert said in rack.output(), f"{guard.name}: {rack.output()}"
        print(f"{guard.name}: planted {fault} caught")


def main():
    os.chdir(TOP)
    guards = RTSANS if sys.argv[1:] == ["rtsan"] else GUARDS
    with tempfile.TemporaryDirectory() as folder, Server(period=64):
        sound = os.path.join(folder, "noise.wav")
        subprocess.run(["sox", "-R", "-n", "-r", "48000", "-c", "2", sound, "synth", "5", "pinknoise", "vol", "0.5"], check=True)
        modules = describe()
        for guard in guards:
            run_guarded(guard, sound, modules)
        for guard in guards:
            for fault, said in guard.planted.items():
                run_planted(guard, fault, said, sound)


sys.exit(main())
