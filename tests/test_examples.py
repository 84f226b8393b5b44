#!/usr/bin/env python3
# The example racks do to a mix what their titles and comments say: loudness, ceiling, bass in the middle.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

LACQUER = os.path.abspath("build/lacquer")


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="lacquer-examples.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        program, cls.mix = cls.folder + "/demomix", cls.folder + "/mix.wav"
        subprocess.run(["cc", "-O2", "examples/demomix.c", "-o", program, "-lsndfile", "-lm"], check=True)
        subprocess.run([program, cls.mix], check=True)

    def render(self, name):
        out = f"{self.folder}/{name}.wav"
        result = subprocess.run([LACQUER, "render", "--json", f"examples/{name}.rack", self.mix, out], check=True,
                                capture_output=True, timeout=120)
        return out, json.loads(result.stdout)

    def side_of_bass(self, path):
        """Level of the side against the middle below about 60 Hz, as a ratio of energies."""
        raw = subprocess.run(["sox", path, "-t", "f32", "-", "sinc", "-t", "20", "-60", "rate", "480"], check=True,
                             capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}f", raw)
        middle = sum((left + right) ** 2 for left, right in zip(samples[::2], samples[1::2]))
        return sum((left - right) ** 2 for left, right in zip(samples[::2], samples[1::2])) / middle

    def test_loudness_and_ceiling(self):
        for name, loudness, tolerance, ceiling in (("streaming", -14, 0.7, -1), ("gentle", -23, 1.5, -1),
                                                   ("loud", -9, 1, -0.5), ("vinyl", -17, 5, -3)):
            _, measured = self.render(name)
            self.assertAlmostEqual(measured["integrated_lufs"], loudness, delta=tolerance, msg=name)
            self.assertLess(measured["true_peak_dbtp"], ceiling + 0.1, name)

    def test_gentle_keeps_the_dynamics(self):
        before = json.loads(subprocess.run([LACQUER, "measure", "--json", self.mix], check=True, capture_output=True).stdout)
        self.assertGreater(self.render("gentle")[1]["plr_lu"], before["plr_lu"] - 1)

    def test_vinyl_has_its_bass_in_the_middle(self):
        self.assertGreater(self.side_of_bass(self.mix), 0.5)
        self.assertLess(self.side_of_bass(self.render("vinyl")[0]), 0.001)


if __name__ == "__main__":
    unittest.main()
