#!/usr/bin/python3
# Tries what examples/recipes.md says: its messages are taken, and the patch for Pure Data works, where Pd is installed.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import shlex
import shutil
import sys
import tempfile

import liblo

from liverack import TOP, Process, Rack, Server, wait_until

LOOK = ("lacquer_peak_left", "lacquer_gain", "lacquer_bypass")


def send(osc, line):
    """An oscsend line, sent from a socket of ours that hears the answer."""
    _, host, port, address, types, *values = shlex.split(line, comments=True)
    assert (host, port) == ("127.0.0.1", "3345"), line
    message = liblo.Message(address)
    for kind in types:
        message.add((kind, None) if kind in "TF" else (kind, {"f": float, "i": int, "s": str}[kind](values.pop(0))))
    assert not values, f"{line}: more values than types"
    osc.socket.send(osc.target, message)
    osc.listen(0.3)
    assert not osc.errors, f"{line}: {osc.errors}"


def messages_work(rack, text):
    lines = re.findall(r"^oscsend .*$|(?<=`)oscsend [^`]*(?=`)", text, re.M)
    assert len(lines) >= 9, lines
    for line in lines:
        send(rack.osc, line)
    assert rack.osc.ask("/ab") == ["a"], "the buttons were not heard"
    print(f"{len(lines)} messages: none refused")


def looker():
    """A patch that prints what lacquer.pd receives and shows, line by line: 'NAME: VALUE'."""
    objects = [f"#X obj 9 9 {kind} {name};" for name in LOOK for kind in ("r", "print")]
    wires = [f"#X connect {2 * i} 0 {2 * i + 1} 0;" for i in range(len(LOOK))]
    return "\n".join(["#N canvas 0 0 400 300 10;", *objects, *wires, ""])


def patch_works(rack, folder):
    if not shutil.which("pd"):
        print("no pd: the patch was not tried")
        return
    with open("examples/lacquer.pd", encoding="ascii") as f:
        patch = f.read()
    assert patch.count("127.0.0.1 3345") == 1
    files = {"patch.pd": patch.replace("127.0.0.1 3345", f"127.0.0.1 {rack.port}"), "look.pd": looker()}
    for name, content in files.items():
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            f.write(content)
    rack.osc.send("/bypass", False)
    opened = [word for name in files for word in ("-open", os.path.join(folder, name))]
    with Process(["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-noprefs", *opened, "-send", "lacquer_gain 3.5"]) as pd:
        def shown(what):
            return pd.output().split("\n").count(what)
        wait_until("the gain that Pd sends", lambda: rack.osc.ask("/rack/limiter/gain") == [3.5])
        wait_until("the meter", lambda: re.search(r"^lacquer_peak_left: -\d", pd.output(), re.M))
        rack.osc.send("/bypass", True)
        wait_until("bypass as a number", lambda: shown("lacquer_bypass: set 1"))
        rack.osc.listen(11)  # longer than one subscription
        rack.osc.send("/rack/limiter/gain", 2.0)
        wait_until("a change after 11 s", lambda: shown("lacquer_gain: set 2"))
        assert not re.search(r"error|couldn't create|no such", pd.output()), pd.output()
    print("lacquer.pd: sends, shows, renews")


def main():
    os.chdir(TOP)
    with open("examples/recipes.md", encoding="utf-8") as f:
        text = f.read()
    with tempfile.TemporaryDirectory() as folder, Server(period=256), Rack("--no-restore", "examples/streaming.rack") as rack:
        messages_work(rack, text)
        patch_works(rack, folder)


sys.exit(main())
