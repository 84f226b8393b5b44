#!/usr/bin/env python3
# The example racks do to a mix what their titles and comments say: loudness, ceiling, even bands, whole steps and more.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math
import os
import re
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

    def render(self, name, bypassed=None):
        """OUT and its measures; bypassed: the same rack without this slot."""
        rack, out = f"examples/{name}.rack", f"{self.folder}/{name}.wav"
        if bypassed:
            with open(rack) as file:
                text = re.sub(rf"(?m)^\[{bypassed}\]$", r"\g<0>\nbypass = on", file.read())
            self.assertIn("bypass = on", text)
            rack, out = (f"{self.folder}/{name}_without_{bypassed}.{end}" for end in ("rack", "wav"))
            with open(rack, "w") as file:
                file.write(text)
        result = subprocess.run([LACQUER, "render", "--json", rack, self.mix, out], check=True,
                                capture_output=True, timeout=120)
        return out, json.loads(result.stdout)

    def levels(self, path, ms, *effects):
        """Sorted levels in dB of the pieces of ms, left and right together."""
        raw = subprocess.run(["sox", path, "-t", "f32", "-", *effects], check=True, capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}f", raw)
        n = len(samples) * ms // 60000
        return sorted(10 * math.log10(sum(x * x for x in samples[at:at + n]) / n + 1e-12)
                      for at in range(0, len(samples), n))

    def side_of_bass(self, path):
        """Level of the side against the middle below about 60 Hz, as a ratio of energies."""
        raw = subprocess.run(["sox", path, "-t", "f32", "-", "sinc", "-t", "20", "-60", "rate", "480"], check=True,
                             capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}f", raw)
        middle = sum((left + right) ** 2 for left, right in zip(samples[::2], samples[1::2]))
        return sum((left - right) ** 2 for left, right in zip(samples[::2], samples[1::2])) / middle

    def test_loudness_and_ceiling(self):
        for name, loudness, tolerance, ceiling in (("streaming", -14, 0.7, -1), ("gentle", -23, 1.5, -1),
                                                   ("loud", -9, 1, -0.5), ("vinyl", -17, 5, -3),
                                                   ("multiband", -14, 0.7, -1), ("punch", -11, 0.7, -1),
                                                   ("cd", -12, 0.7, -0.3)):
            _, measured = self.render(name)
            self.assertAlmostEqual(measured["integrated_lufs"], loudness, delta=tolerance, msg=name)
            self.assertLess(measured["true_peak_dbtp"], ceiling + 0.1, name)

    def test_gentle_keeps_the_dynamics(self):
        before = json.loads(subprocess.run([LACQUER, "measure", "--json", self.mix], check=True, capture_output=True).stdout)
        self.assertGreater(self.render("gentle")[1]["plr_lu"], before["plr_lu"] - 1)

    def test_vinyl_has_its_bass_in_the_middle(self):
        self.assertGreater(self.side_of_bass(self.mix), 0.5)
        self.assertLess(self.side_of_bass(self.render("vinyl")[0]), 0.001)

    def test_multiband_makes_its_bands_even(self):
        """The loudest moments stand out less from the middle ones, in each of the three bands that are compressed."""
        on, off = self.render("multiband")[0], self.render("multiband", bypassed="multiband")[0]
        for band, rate, evener in (("-110", "480", 0.5), ("110-600", "2400", 0.4), ("600-4500", "12000", 1)):
            spread = []
            for path in on, off:
                levels = self.levels(path, 400, "sinc", "-t", "20", band, "rate", rate)
                spread.append(levels[len(levels) * 99 // 100] - levels[len(levels) // 2])
            self.assertLess(spread[0], spread[1] - evener, band)

    def test_punch_has_hits(self):
        """Their 10 ms stand out more than without the transient module, for all that clipper and limiter take."""
        hits = []
        for bypassed in None, "transient":
            levels = self.levels(self.render("punch", bypassed=bypassed)[0], 10)
            hits.append(levels[len(levels) * 98 // 100] - levels[len(levels) // 2])
        self.assertGreater(hits[0], hits[1] + 0.3)

    def test_cd_is_of_whole_steps_of_16_bits(self):
        path = self.render("cd")[0]
        raw = subprocess.run(["sox", path, "-t", "s32", "-"], check=True, capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}i", raw)
        self.assertTrue(all(sample % 65536 == 0 for sample in samples))
        self.assertTrue(any(sample % 131072 for sample in samples))


if __name__ == "__main__":
    unittest.main()
