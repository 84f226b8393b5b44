#!/usr/bin/env python3
# Loudness targets from outside: verdicts of measure, check of their files, render at a target's loudness; needs no JACK server.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

LACQUER = os.path.abspath("build/lacquer")
ABOUT = "label = L\nsource = S\ndate = 2026-11\n"


def run(*words):
    return subprocess.run([LACQUER, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=300, text=True)


class Targets(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lacquer-targets.")
        self.addCleanup(shutil.rmtree, self.folder)
        os.environ["XDG_CONFIG_HOME"] = self.folder + "/config"

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def sine(self, dbfs, seconds=5):
        """In both channels: as many LUFS as its peaks have dBFS (EBU Tech 3341)."""
        path = f"{self.folder}/sine{dbfs}.wav"
        subprocess.run(["sox", "-D", "-n", "-r", "48000", "-c", "2", "-b", "24", path, "synth", str(seconds), "sine", "1000",
                        "gain", str(dbfs)], check=True)
        return path

    def expect(self, result, status, err=None):
        told = f"{result.args}: status {result.returncode}\nout: {result.stdout}\nerr: {result.stderr}"
        self.assertEqual(result.returncode, status, told)
        if err is not None:
            self.assertRegex(result.stderr, err, told)
        return result


class Measure(Targets):
    def test_verdicts(self):
        result = self.expect(run("measure", "--json", "--target", "spotify,seed-youtube,ebu-r128,atsc,cd", self.sine(-13.5)), 5, r"\A\Z")
        told = {t["name"]: t for t in json.loads(result.stdout)["targets"]}
        self.assertEqual([(t["name"], t["verdict"]) for t in told.values()],
                         [("spotify", "ok"), ("seed-youtube", "ok"), ("ebu-r128", "loud"), ("atsc", "loud"), ("cd", "ok")])
        for name, delta, gain in (("spotify", 0.5, -0.5), ("seed-youtube", -0.5, 0), ("ebu-r128", 9.5, 0)):
            self.assertAlmostEqual(told[name]["delta_lu"], delta, delta=0.06)
            self.assertAlmostEqual(told[name]["gain_db"], gain, delta=0.06)
        self.assertIsNone(told["cd"]["delta_lu"])

    def test_status(self):
        good, loud, missing = self.sine(-14), self.sine(-9), self.folder + "/none.wav"
        self.expect(run("measure", "--target", "spotify", good), 0)
        self.expect(run("measure", "--target", "spotify", good, loud), 5)
        self.expect(run("measure", "--target", "spotify", loud, missing), 1)
        self.expect(run("measure", loud), 0)

    def test_lines(self):
        out = self.expect(run("measure", "--target", "seed", self.sine(-14)), 5).stdout
        lines = re.findall(r"(?m)^  seed-(\w+) +(\w+) +([+-][\d.]+) LU", out)
        self.assertEqual([line[:2] for line in lines],
                         [("spotify", "ok"), ("apple", "loud"), ("youtube", "ok"), ("tidal", "ok")])

    def test_peak_and_silence(self):
        self.expect(run("measure", "--target", "cd", self.sine(0)), 5)
        silence = f"{self.folder}/silence.wav"
        subprocess.run(["sox", "-D", "-n", "-r", "48000", "-c", "2", silence, "trim", "0", "5"], check=True)
        told = json.loads(self.expect(run("measure", "--json", "--target", "apple", silence), 5).stdout)["targets"][0]
        self.assertEqual((told["verdict"], told["delta_lu"], told["gain_db"]), ("wait", None, None))

    def test_names(self):
        tone = self.sine(-14)
        self.expect(run("measure", "--target", "spotfy", tone), 2, r"measure: --target: there is no target 'spotfy' \(did you mean spotify\?\)")
        self.expect(run("measure", "--target", "wax", tone), 2, r"there is no target 'wax'; there are: seed-spotify ")
        self.expect(run("measure", "--target", "apple,,cd", tone), 2, r"a target's name is missing in 'apple,,cd'")

    def test_ones_own(self):
        tone = self.sine(-9)
        self.put("config/lacquer/targets.conf", f"[club]\nintegrated = -9\n{ABOUT}[spotify]\nintegrated = -9\n{ABOUT}")
        self.expect(run("measure", "--target", "club,spotify", tone), 0)
        path = self.put("config/lacquer/targets.conf", "[club]\nintegrated = -9\nlabel = L\nsource = S\n")
        self.expect(run("measure", "--target", "spotify", tone), 1, rf"^lacquer: {path}:1: \[club\]: date is missing")


class Check(Targets):
    def test_shipped(self):
        self.expect(run("check", "--strict", "examples/targets.conf"), 0, r"\A\Z")

    def test_all_errors(self):
        path = self.put("t.conf", "[a]\nintegrated = loud\n" + ABOUT + "[b]\nintegrated = -14\nlabel = B\n")
        self.expect(run("check", path), 4, rf"\Alacquer: {path}:2: 'loud' is not a number\n"
                    rf"lacquer: {path}:6: \[b\]: source is missing[^\n]*\nlacquer: {path}:6: \[b\]: date is missing[^\n]*\n\Z")


if __name__ == "__main__":
    unittest.main()
