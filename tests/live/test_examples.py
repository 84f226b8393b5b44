#!/usr/bin/env python3
# The example racks do to a mix what their titles and comments say: loudness, ceiling, even bands, whole steps and more.
# SPDX-License-Identifier: GPL-3.0-or-later
import functools
import glob
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
        cls.all = {os.path.basename(path)[:-5] for path in glob.glob("examples/*.rack")}

    @classmethod
    @functools.lru_cache(maxsize=None)
    def render(cls, name, bypassed=None, source=None):
        """OUT and its measures; bypassed: the same rack without this slot (a|b: without both)."""
        rack, out = f"examples/{name}.rack", f"{cls.folder}/{name}.wav"
        if bypassed:
            with open(rack) as file:
                text = re.sub(rf"(?m)^\[({bypassed})\]$", r"\g<0>\nbypass = on", file.read())
            assert "bypass = on" in text
            rack, out = (f"{cls.folder}/{name}_without_{bypassed.replace('|', '_')}.{end}" for end in ("rack", "wav"))
            with open(rack, "w") as file:
                file.write(text)
        result = subprocess.run([LACQUER, "render", "--force", "--json", rack, source or cls.mix, out], check=True,
                                capture_output=True, timeout=120)
        return out, json.loads(result.stdout)

    def levels(self, path, ms, *effects):
        """Sorted levels in dB of the pieces of ms, left and right together."""
        raw = subprocess.run(["sox", path, "-t", "f32", "-", *effects], check=True, capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}f", raw)
        n = len(samples) * ms // 60000
        return sorted(10 * math.log10(sum(x * x for x in samples[at:at + n]) / n + 1e-12)
                      for at in range(0, len(samples), n))

    def side(self, path, band="-60", rate="480"):
        """Level of the side against the middle in a band (below about 60 Hz), as a ratio of energies."""
        raw = subprocess.run(["sox", path, "-t", "f32", "-", "sinc", "-t", "20", band, "rate", rate], check=True,
                             capture_output=True).stdout
        samples = struct.unpack(f"{len(raw) // 4}f", raw)
        middle = sum((left + right) ** 2 for left, right in zip(samples[::2], samples[1::2]))
        return sum((left - right) ** 2 for left, right in zip(samples[::2], samples[1::2])) / middle

    def test_loudness_and_ceiling(self):
        for name, loudness, tolerance, ceiling in (("streaming", -14, 0.7, -1), ("gentle", -23, 1.5, -1),
                                                   ("loud", -9, 1, -0.5), ("vinyl", -17, 5, -3),
                                                   ("multiband", -14, 0.7, -1), ("punch", -11, 0.7, -1),
                                                   ("cd", -12, 0.7, -0.3), ("glue", -16, 0.7, -1),
                                                   ("podcast", -16, 0.7, -1), ("wide", -14, 0.7, -1)):
            _, measured = self.render(name)
            self.all.discard(name)
            self.assertAlmostEqual(measured["integrated_lufs"], loudness, delta=tolerance, msg=name)
            self.assertLess(measured["true_peak_dbtp"], ceiling + 0.1, name)
        self.assertFalse(self.all, "an example without figures")

    def test_every_module_occurs(self):
        modules = json.loads(subprocess.run([LACQUER, "describe", "--json"], check=True, capture_output=True).stdout)["modules"]
        used = set()
        for path in glob.glob("examples/*.rack"):
            with open(path) as file:
                used |= set(re.findall(r"(?m)^\[(\w+)[^]]*\]", file.read()))
        missing = [m["id"] for m in modules if m["id"] not in used and not m["id"].startswith("test")]
        self.assertFalse(missing, "no example shows how they are used")

    def test_learners_are_told(self):
        """Each begins with what it is for and has a comment for most sections; none has a warning."""
        for path in sorted(glob.glob("examples/*.rack")):
            with open(path) as file:
                text = file.read()
            head = text[:text.index("[rack]")]
            self.assertTrue(all(line.startswith("#") or not line for line in head.split("\n")) and len(head) > 200, path)
            self.assertRegex(text, r"(?m)^title = \S")
            self.assertGreaterEqual(text.count("#") - head.count("#"), text.count("\n[") - 1, path)
            subprocess.run([LACQUER, "check", "--strict", path], check=True)

    def test_glue_holds_and_makes_up(self):
        """Loud moments come closer to the middle ones, at the loudness that there is without it."""
        (on, measured), (off, plain) = self.render("glue"), self.render("glue", bypassed="compressor")
        self.assertAlmostEqual(measured["integrated_lufs"], plain["integrated_lufs"], delta=0.5)
        spread = []
        for path in on, off:
            levels = self.levels(path, 100, "sinc", "-t", "20", "250-5000", "rate", "12000")
            spread.append(levels[len(levels) * 90 // 100] - levels[len(levels) // 2])
        self.assertLess(spread[0], spread[1] - 0.5)

    def test_podcast_makes_the_room_quieter_and_leaves_the_words(self):
        room = self.folder + "/room.wav"
        subprocess.run(["sox", "-R", "-n", "-r", "48000", "-c", "2", "-b", "24", room, "synth", "12", "pinknoise", "gain", "-50"],
                       check=True)
        on, off = (self.render("podcast", bypassed=bypassed, source=room)[1]["integrated_lufs"] for bypassed in (None, "multiband"))
        self.assertLess(on, off - 4)
        on, off = (self.render("podcast", bypassed=bypassed)[1]["integrated_lufs"] for bypassed in (None, "multiband"))
        self.assertAlmostEqual(on, off, delta=0.3)

    def test_wide_opens_above_and_closes_below(self):
        path = self.render("wide")[0]
        self.assertLess(self.side(path, "-60", "480"), self.side(self.mix, "-60", "480") / 100)
        for band, rate, wider in (("1500-5000", "16000", 1.3), ("6500", "48000", 1.5)):
            self.assertGreater(self.side(path, band, rate), wider * self.side(self.mix, band, rate), band)

    def test_gentle_keeps_the_dynamics(self):
        before = json.loads(subprocess.run([LACQUER, "measure", "--json", self.mix], check=True, capture_output=True).stdout)
        self.assertGreater(self.render("gentle")[1]["plr_lu"], before["plr_lu"] - 1)

    def test_vinyl_has_its_bass_in_the_middle(self):
        self.assertGreater(self.side(self.mix), 0.5)
        self.assertLess(self.side(self.render("vinyl")[0]), 0.001)

    def test_multiband_makes_its_bands_even(self):
        """The loudest moments stand out less from the middle ones, in each of the three bands that are compressed."""
        # Without the limiter behind, which makes the louder of both more even.
        on, off = (self.render("multiband", bypassed=slots)[0] for slots in ("limiter", "multiband|limiter"))
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
