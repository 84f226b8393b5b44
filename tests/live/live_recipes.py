#!/usr/bin/env python3
# Follows the six recipes of the README in a copy of the tree: module, level, address, option, key, view; each then works.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import subprocess
import sys
import tempfile

import live_tui
from liverack import TOP, Rack, Server, wait_until

RECIPES = os.path.join(TOP, "tests/live/recipes")

# Kind, files that it takes; (source of a new file) or (line that is looked for, text to put before it).
STEPS = [
    ("module", "rack/modules/side.c", "side.c"),
    ("module", "rack/modules.def", (None, "MODULE(side)\n")),
    ("level", "rack/meters/offset.c", "offset.c"),
    ("level", "rack/meters/analysers.def", (None, "ANALYSER(offset)\n")),
    ("address", "osc/server/about.c", ("const struct route about_routes", """static void tell_slots(struct server *server, const struct place *place, lo_message body)
{
	(void)place;
	message_add(body, "i", (int32_t)control_rack(server->control)->n_slots);
}

""")),
    ("address", "osc/server/about.c", ('\t{ "/modules"', '\t{ "/slots", "", "The number of slots", .body = tell_slots },\n')),
    ("option", "src/check.c", (r"\tbool strict;", "\tbool quiet;\n")),
    ("option", "src/check.c", (r'\t{ 0, "strict"', '\t{ \'q\', "quiet", NULL, "Prints nothing", options_set_flag, offsetof(struct choice, quiet) },\n')),
    ("key", "tui/action_rack.c", (r"static const struct key rows", """static void trim_down(struct screen *s, float amount)
{
	(void)amount;
	remote_set(s->remote, 0, 0, -6);
}

""")),
    ("key", "tui/action_rack.c", ("\t{ { 'b' }", "\t{ { 'G' }, \"G\", NULL, \"trim to -6 dB\", trim_down, 0 },\n")),
    ("view", "tui/view_title.c", "view_title.c"),
    ("view", "tui/views.def", ("VIEW\\(small\\)", "VIEW(title)\n")),
]


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-3000:]}"
    return done.stdout


def put(folder, path, what):
    path = os.path.join(folder, path)
    if isinstance(what, str):
        with open(os.path.join(RECIPES, what), encoding="utf-8") as source, open(path, "w", encoding="utf-8") as f:
            f.write(source.read())
        return
    before, text = what
    with open(path, encoding="utf-8") as f:
        old = f.read()
    at = len(old)
    if before:
        found = re.search("^" + before, old, re.M)
        assert found, f"{path}: no line begins with {before}"
        at = found.start()
    with open(path, "w", encoding="utf-8") as f:
        f.write(old[:at] + text + old[at:])


def build(folder):
    run("cp", "-r", "CMakeLists.txt", "rack", "osc", "tui", "src", "tests", "examples", folder)
    for _, path, what in STEPS:
        put(folder, path, what)
    files = {}
    for kind, path, _ in STEPS:
        files.setdefault(kind, set()).add(path)
    print("files to touch:", ", ".join(f"{kind} {len(paths)}" for kind, paths in files.items()), flush=True)
    assert all(len(paths) <= 3 for paths in files.values())
    out = os.path.join(folder, "build")
    run("cmake", "-S", folder, "-B", out, "-DLACQUER_WERROR=ON")
    run("cmake", "--build", out, "-j", str(os.cpu_count()), "--target", "lacquer", "test_modules", "test_tui_views", "test_analysis")
    return out


def works(folder, out):
    lacquer = os.path.join(out, "lacquer")
    described = run(lacquer, "describe")
    assert "Gain of the side signal" in run(lacquer, "describe", "side")
    assert "/slots" in described and "--quiet" in run(lacquer, "check", "--help")
    for test in ("test_modules", "test_tui_views", "test_analysis"):
        run(os.path.join(out, test), cwd=folder)
    rack = os.path.join(folder, "own.rack")
    with open(rack, "w", encoding="ascii") as f:
        f.write("[rack]\nformat = 1\ntitle = Read me\n[trim]\n[side]\ngain = 3 dB\n")
    run(lacquer, "check", "--quiet", rack)
    live_tui.LACQUER = lacquer
    with Server(period=256), Rack("--no-restore", rack, program=lacquer) as live:
        assert live.osc.ask("/rack/side/gain") == [3.0] and live.osc.ask("/slots") == [2]
        assert len(live.osc.ask("/meter/out/offset")) == 2
        with live_tui.Terminal(live) as t:
            t.attach()
            t.keys("G")
            wait_until("the key's gain", lambda: live.osc.ask("/rack/trim/gain") == [-6.0])
            t.keys("?")
            t.see("trim to -6 dB")
            t.keys("Escape")
            t.see_not("trim to -6 dB")  # a key right behind Escape would be Alt with that key
            t.keys("T")
            t.see_not("trim")
            t.see("Read me")



def main():
    os.chdir(TOP)
    with tempfile.TemporaryDirectory() as folder:
        works(folder, build(folder))
    print("module, level, address, option, key and view work")


sys.exit(main())
