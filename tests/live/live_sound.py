#!/usr/bin/python3
# Audio and OSC in, audio out: a message is heard as it says, and playing a file equals rendering it, bit for bit.
# SPDX-License-Identifier: GPL-3.0-or-later
import glob
import os
import subprocess
import sys
import tempfile

from liverack import BUILD, LACQUER, TOP, Rack, Server, Wire

SECONDS = 12
# Of the server, in frames; more by LACQUER_TEST_PERIODS="1 37 333".
PERIODS = [int(p) for p in os.environ.get("LACQUER_TEST_PERIODS", "64 1024").split()]


def near(what, value, wanted, tolerance):
    assert abs(value - wanted) <= tolerance, f"{what}: {value}, wanted {wanted} within {tolerance}"


def oscsend(rack, *message):
    subprocess.run(["oscsend", "127.0.0.1", str(rack.port), *message], check=True)


def heard_as_said(rack):
    """A sine of 0.1 through a trim that oscsend and python3-liblo turn."""
    wire, osc = Wire(rack), rack.osc
    tone = "sine:1000:-20"

    def peak():
        osc.sync()
        return wire.play(tone, "--freewheel")["peak"]

    untouched = wire.play("noise:1", "--compare", "noise:1", "--shift", 0, "--freewheel")
    assert untouched["difference"] == 0, untouched
    near("as it is", peak(), 0.1, 1e-6)
    oscsend(rack, "/rack/trim/gain", "f", "-6")
    near("oscsend f", peak(), 0.1 * 10 ** (-6 / 20), 1e-6)
    oscsend(rack, "/rack/trim/gain", "i", "6")
    near("oscsend i", peak(), 0.1 * 10 ** (6 / 20), 1e-6)
    osc.send("/rack/trim/gain/norm", 0.25)
    near("norm", peak(), 0.1 * 10 ** (-12 / 20), 1e-6)
    near("clamped", osc.ask("/rack/trim/gain", 99.0)[0], 24, 0)
    near("clamped", peak(), 0.1 * 10 ** (24 / 20), 1e-5)
    osc.send("/rack/trim/gain", float("nan"))
    osc.send("/rack/trim/gain", "loud")
    osc.sync()
    assert len(osc.errors) == 2 and all(e[1][0] == "/rack/trim/gain" for e in osc.errors), osc.errors
    near("refused", peak(), 0.1 * 10 ** (24 / 20), 1e-5)
    oscsend(rack, "/bypass", "T")
    near("bypass", peak(), 0.1, 1e-6)
    oscsend(rack, "/bypass", "F")
    oscsend(rack, "/rack/trim/bypass", "T")
    near("bypass of the slot", peak(), 0.1, 1e-6)
    oscsend(rack, "/chain/remove", "s", "trim")
    near("removed", peak(), 0.1, 1e-6)
    assert osc.ask("/chain") == [], "the chain is not empty"


def rack_latency(osc):
    values = osc.ask("/info")
    return values[values.index("latency") + 1]


def playing_equals_rendering(path, music, period):
    """The file through the running rack, by JACK, against lacquer render."""
    with tempfile.TemporaryDirectory() as folder, Server(period=period):
        rendered = os.path.join(folder, "rendered.wav")
        subprocess.run([LACQUER, "render", "--bits", "32f", path, music, rendered], stdout=subprocess.DEVNULL, check=True)
        with Rack("--no-restore", path) as rack:
            latency = rack_latency(rack.osc)
            said = Wire(rack).play(music, "--seconds", SECONDS + 1, "--compare", rendered, "--shift", latency, "--freewheel")
        assert said["peak"] > 0.05, f"{path}: nothing was heard: {said}"
        assert said["difference"] == 0, f"{path} at {period} frames: {said}"
        print(f"{os.path.basename(path)} at {period} frames: delayed by {latency}, bit for bit", flush=True)


def main():
    os.chdir(TOP)
    with tempfile.TemporaryDirectory() as folder:
        trim = os.path.join(folder, "trim.rack")
        with open(trim, "w", encoding="ascii") as f:
            f.write("[rack]\nformat = 1\n[trim]\n")
        limited = os.path.join(folder, "limited.rack")
        with open(limited, "w", encoding="ascii") as f:
            f.write("[rack]\nformat = 1\n[limiter]\ngain = 9 dB\n")
        with Server(period=64), Rack("--no-restore", trim) as rack:
            heard_as_said(rack)
        demo, music = os.path.join(folder, "demo.wav"), os.path.join(folder, "music.wav")
        subprocess.run([os.path.join(BUILD, "demomix"), demo], check=True)
        subprocess.run(["sox", demo, music, "trim", "30", str(SECONDS)], check=True)
        for path in sys.argv[1:] or [limited, *sorted(glob.glob("examples/*.rack"))]:
            for period in PERIODS:
                playing_equals_rendering(path, music, period)


sys.exit(main())
