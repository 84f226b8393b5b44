#!/usr/bin/python3
# Tries what the README says: its rack is taken, its messages work.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import shlex
import subprocess
import sys
import tempfile

from liverack import LACQUER, TOP, Rack, Server


def section(title):
    text = open("README.md", encoding="utf-8").read()
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.S | re.M)[1]


def block(title, language):
    """The first block of that language in a section."""
    return re.search(rf"^```{language}\n(.*?)^```$", section(title), re.S | re.M)[1]


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-3000:]}"
    return done.stdout


def send_like(osc, line):
    """An oscsend line of the README, sent from a socket of ours that hears the answer."""
    _, _, _, address, *rest = shlex.split(line, comments=True)
    types, values = (rest[0], rest[1:]) if rest else ("", [])
    arguments = []
    for kind in types:
        arguments.append({"T": True, "F": False}[kind] if kind in "TF" else
                         {"f": float, "i": int, "s": str}[kind](values.pop(0)))
    assert not values, f"{line}: more values than types"
    osc.send(address, *arguments)
    osc.listen(0.3)
    assert not osc.errors, f"{line}: {osc.errors}"


def client_line(rack, line):
    words = shlex.split(line, comments=True)
    watch = "watch" in words
    if words[1] in ("get", "set", "watch"):
        words[2:2] = ["--name", rack.name]
    done = subprocess.run(["timeout", "2", LACQUER, *words[1:]], env={**os.environ, **rack.env}, stdout=subprocess.PIPE)
    assert done.stdout and done.returncode == (124 if watch else 0), f"{line}: status {done.returncode}"


def messages_work(folder):
    path = os.path.join(folder, "readme.rack")
    with open(path, "w", encoding="utf-8") as f:
        f.write(block("Rack files", "ini"))
    assert "warning" not in run(LACQUER, "check", path), "the rack is taken with warnings"
    lines = [x for x in section("OSC").split("\n") if x.startswith(("oscsend ", "lacquer "))]
    assert len(lines) > 8, lines
    with Server(period=256), Rack("--no-restore", path) as rack:
        rack.osc.send("/preset/save", "streaming")
        rack.osc.listen(0.5)
        rack.osc.errors.clear()
        for line in lines:
            (send_like(rack.osc, line) if line.startswith("oscsend") else client_line(rack, line))
        assert rack.osc.ask("/rack/limiter/gain") == [6.0], "set was not heard"
    print(f"rack and {len(lines)} messages: none refused")


def main():
    os.chdir(TOP)
    with tempfile.TemporaryDirectory() as folder:
        messages_work(folder)


sys.exit(main())
