#!/usr/bin/python3
# The session for Open Stage Control in examples/: every address and range in it is one of the rack's, and what it shows comes
# without asking.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import re
import subprocess
import tempfile
import unittest

from liverack import LACQUER, TOP, Osc, free_udp_port, wait_until


def widgets(widget):
    yield widget
    for inner in widget.get("widgets", []):
        yield from widgets(inner)


class Surface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(TOP, "examples", "surface.json"), encoding="ascii") as file:
            session = json.load(file)
        assert session["type"] == "session" and session["createdWith"] == "Open Stage Control"
        cls.widgets = list(widgets(session["content"]))
        cls.addressed = [w for w in cls.widgets if "address" in w]
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        places = {k: folder.name for k in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")}
        port = free_udp_port()
        cls.osc = Osc(port)
        rack = subprocess.Popen([LACQUER, "run", "-H", "-w", "-s", "lacq_none", "--osc", str(port), "--osc-surface",
                                 f"127.0.0.1:{cls.osc.socket.port}", "--no-restore", "examples/streaming.rack"], cwd=TOP,
                                env={**os.environ, **places}, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(rack.wait)
        cls.addClassCleanup(rack.terminate)
        cls.unasked = set()

        def all_there():
            cls.unasked |= {address for address, *_ in cls.osc.listen(0.1)}
            return "/rack/limiter/unity" in cls.unasked and "/meter/out/peak" in cls.unasked
        wait_until("the rack", all_there)
        cls.unasked |= {address for address, *_ in cls.osc.listen(0.5)}

    def test_ids_are_their_own(self):
        ids = [w["id"] for w in self.widgets]
        self.assertEqual(len(ids), len(set(ids)))

    def test_addresses_are_the_racks(self):
        described = subprocess.run([LACQUER, "describe"], stdout=subprocess.PIPE, text=True, check=True).stdout
        commands = set(re.findall(r"^  (/[a-z/]+)", described, re.M))
        for widget in self.addressed:
            address = widget["address"]
            if address in self.unasked:
                continue
            self.assertIn(address, commands)
            self.assertEqual(widget["type"], "button", address)
        shown = {w["address"] for w in self.addressed if w["type"] in ("fader", "input", "text") or w["mode"] == "toggle"}
        self.assertGreater(len(shown), 20)
        self.assertLessEqual(shown, self.unasked, "shown, but not sent by the rack")

    def test_ranges_are_the_rows(self):
        for widget in self.addressed:
            address, limits = widget["address"], widget.get("range")
            if widget["type"] != "fader" or not address.startswith("/rack/"):
                continue
            info = self.osc.ask(address + "/info")
            self.assertEqual([limits["min"], limits["max"]], [round(x, 6) for x in info[3:5]], address)
            self.assertEqual(widget.get("logScale", False), info[2] == "log", address)

    def test_buttons_do_what_they_say(self):
        self.osc.errors = []
        for widget in self.addressed:
            if widget["type"] != "button":
                continue
            if widget["mode"] == "toggle":
                for state in (widget["on"], widget["off"]):
                    self.osc.send(widget["address"], state)
                    # what is heard first may be the feedback of the state before
                    wait_until(f"{widget['address']} {state}", lambda: self.osc.ask(widget["address"]) == [state])
            elif widget["on"] is not None:  # stores come before recalls
                self.assertEqual(self.osc.ask(widget["address"], widget["on"]), [widget["on"]])
        self.assertEqual(set(self.osc.ask("/scene/list")), {"soft", "loud"})
        self.assertEqual(self.osc.errors, [])


if __name__ == "__main__":
    unittest.main()
