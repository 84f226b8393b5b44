#!/usr/bin/python3
# How loud the limiter is at the distortion of other limiters, and what it costs beside them. Not part of tests/run.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import concurrent.futures
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
ABOUT = """Each piece is brought to -1 dBTP and driven into the limiters, ceiling -1 dBTP. A point of a peer is one of its
settings, with what it gains in loudness (less what its true peak is over the ceiling) and its distortion: what is left of
its output after the best gain that moves no faster than a frame of 20 ms (build/distortion). Lacquer's loudness at the same
distortion is interpolated between two releases of a style on both sides of it, or that of a less distorted one, never
extrapolated."""
STYLES = ("clean", "punchy", "loud", "safe")
RELEASES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # ms; 100 is the default
DEFAULT = 100
X42 = "lv2=p=http\\\\://gareus.org/oss/lv2/dpl#stereo:c=threshold=-1|truepeak={}|gain={}|release={}"
BALANCE = "lv2=p=http\\\\://gareus.org/oss/lv2/balance"
SWH = "ladspa=f=fast_lookahead_limiter_1913:p=fastLookaheadLimiter:c=c0={}|c1=-1|c2={}"
# Name, whether it is a point to beat, its filter for ffmpeg at a drive in dB.
PEERS = [(f"x42 dpl, {ms} ms", beat, lambda drive, ms=ms: X42.format(1, drive, ms / 1000))
         for ms, beat in ((1, False), (3, False), (10, True), (50, True), (200, True), (1000, False))]
PEERS.append(("swh fast lookahead, 50 ms", True, lambda drive: SWH.format(drive, 0.05)))
PACKAGES = {"ffmpeg": "/usr/bin/ffmpeg", "sox": "/usr/bin/sox", "x42-plugins": "/usr/lib/lv2/dpl.lv2",
            "swh-plugins": "/usr/lib/ladspa/fast_lookahead_limiter_1913.so"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"tests/tools/peers.py: {command[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def program(name):
    return os.path.join(BUILD, name)


def rack(path, style, drive, release):
    with open(path, "w") as f:
        f.write(f"[rack]\nformat = 1\n[limiter]\nstyle = {style}\ngain = {drive}\nrelease = {release}\n")


def filtered(source, to, *filters):
    run("ffmpeg", "-v", "error", "-y", "-i", source, "-af", ",".join(filters), "-c:a", "pcm_f32le", to)


def normalised(source, to):
    """48 kHz float, true peak at -1 dBTP."""
    peak = json.loads(run(program("lacquer"), "measure", "--json", source))["true_peak_dbtp"]
    run("sox", "-D", source, "-b", "32", "-e", "float", "-r", "48000", to, "gain", f"{-1.02 - peak:.3f}")


class Point:
    def __init__(self, before, after):
        measured = json.loads(run(program("distortion"), "--json", before, after))
        self.honest, self.residual, self.over = (measured[k] for k in ("honest_lu", "residual_db", "over_db"))


def lacquer_point(folder, before, style, drive, release):
    with tempfile.TemporaryDirectory(dir=folder) as own:
        chain, after = os.path.join(own, "limiter.rack"), os.path.join(own, "after.wav")
        rack(chain, style, drive, release)
        run(program("lacquer"), "render", "--bits", "32f", chain, before, after)
        return Point(before, after)


def peer_point(folder, before, peer, drive):
    with tempfile.TemporaryDirectory(dir=folder) as own:
        after = os.path.join(own, "after.wav")
        filtered(before, after, peer(drive))
        return Point(before, after)


def at_residual(points, residual):
    """The highest loudness at that residual or less: of a point, or on the line between neighbours on both sides of it. None:
    every point is more distorted."""
    found = [p.honest for p in points if p.residual <= residual]
    for a, b in itertools.pairwise(points):
        if min(a.residual, b.residual) < residual < max(a.residual, b.residual):
            found.append(a.honest + (b.honest - a.honest) * (residual - a.residual) / (b.residual - a.residual))
    return max(found, default=None)


def mean_point(points):
    mean = Point.__new__(Point)
    mean.honest, mean.residual, mean.over = (statistics.mean(getattr(p, k) for p in points)
                                             for k in ("honest", "residual", "over"))
    return mean


def signed(value):
    return "      -" if value is None else f"{value:+7.2f}"


class Results:
    """Of one drive: points of each piece by setting, and of all pieces together (piece "mean of all")."""

    def __init__(self, pieces, drive, folder, pool):
        self.pieces, self.drive = list(pieces), drive
        jobs = {}
        for piece, before in pieces.items():
            for name, _, make in PEERS:
                jobs[piece, name] = pool.submit(peer_point, folder, before, make, drive)
            for style, release in itertools.product(STYLES, RELEASES):
                jobs[piece, style, release] = pool.submit(lacquer_point, folder, before, style, drive, release)
        self.points = {key: job.result() for key, job in jobs.items()}
        for setting in {key[1:] for key in self.points}:
            self.points[("mean of all", *setting)] = mean_point([self.points[p, *setting] for p in pieces])

    def style(self, piece, style):
        return [self.points[piece, style, release] for release in RELEASES]

    def peer_frontier(self, piece, residual):
        x42 = [self.points[piece, name] for name, _, _ in PEERS if name.startswith("x42")]
        return at_residual(x42, residual)

    def table(self):
        print(f"\nDriven {self.drive:g} dB. LU above the peer at its distortion: each style over its releases, the best of them")
        best_of = {}
        for name, beat, _ in PEERS:
            if not beat:
                continue
            print(f"\n{name:26} {'resid':>6} {'honest':>6} |" + "".join(f" {s:>7}" for s in STYLES) + " |    best")
            for piece in [*self.pieces, "mean of all"]:
                peer = self.points[piece, name]
                found = [at_residual(self.style(piece, s), peer.residual) for s in STYLES]
                gains = [None if f is None else f - peer.honest for f in found]
                best = max((g for g in gains if g is not None), default=None)
                print(f"{piece:26} {peer.residual:6.1f} {peer.honest:6.2f} |" + "".join(f" {signed(g)}" for g in gains)
                      + f" | {signed(best)}")
                best_of[name, piece] = best
            reached = [(b, p) for (n, p), b in best_of.items() if n == name and b is not None and p != "mean of all"]
            worst, piece = min(reached)
            print(f"worst {worst:+.2f} LU ({piece}), mean {statistics.mean(b for b, _ in reached):+.2f} LU,"
                  f" reached on {len(reached)} of {len(self.pieces)} pieces", flush=True)

    def defaults(self):
        print(f"\nDriven {self.drive:g} dB, release {DEFAULT} ms, as a style comes: residual, honest LU, LU above x42 there")
        print(" " * 26 + "".join(f" |{style:>21}" for style in STYLES))
        for piece in [*self.pieces, "mean of all"]:
            line = f"{piece:26}"
            for style in STYLES:
                point = self.points[piece, style, DEFAULT]
                peer = self.peer_frontier(piece, point.residual)
                line += f" | {point.residual:5.1f} {point.honest:5.2f} {signed(None if peer is None else point.honest - peer)}"
            print(line)
        over = {}
        for (piece, setting, *_), point in self.points.items():
            kind = "lacquer" if setting in STYLES else setting.split(",")[0]
            over[kind] = max(over.get(kind, 0), point.over)
        print("over the ceiling at most:", ", ".join(f"{kind} {db:.2f} dB" for kind, db in over.items()), flush=True)


def user_s(*command):
    started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(*command)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - started


def cost(before, folder, rounds=5):
    """User time of whole programs less that of the same without the limiter, in turn, so that the machine's pace is the same
    for both. In place of x42 stands a balance control, a few ns a frame: x42 is shown a little cheaper than it is."""
    music, after, chain, empty = (os.path.join(folder, name) for name in ("long.wav", "after.wav", "a.rack", "empty.rack"))
    run("sox", "-D", before, music, "repeat", "3")
    rack(chain, "clean", 6, DEFAULT)
    with open(empty, "w") as f:
        f.write("[rack]\nformat = 1\n")
    ns = 1e9 / (48000 * json.loads(run(program("lacquer"), "measure", "--json", music))["duration_s"])

    def ours(rack_file):
        return user_s(program("lacquer"), "render", "--force", "--bits", "32f", rack_file, music, after)

    def theirs(plugin):
        return user_s("ffmpeg", "-v", "error", "-i", music, "-af", f"asetnsamples=n=64:p=0,{plugin}", "-f", "null", "-")

    pairs = [((ours(chain) - ours(empty)) * ns, (theirs(X42.format(1, 6, 0.01)) - theirs(BALANCE)) * ns) for _ in range(rounds)]
    ratios = [b / a for a, b in pairs]
    print(f"a stereo frame: lacquer {statistics.median(a for a, _ in pairs):.0f} ns,"
          f" x42 dpl with true peak, 64 frames a block, {statistics.median(b for _, b in pairs):.0f} ns;"
          f" x42 / lacquer {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f} in {rounds} rounds)")


def main():
    parser = argparse.ArgumentParser(description=ABOUT)
    parser.add_argument("--drive", type=float, action="append", help="dB, 6 by default, may be given again")
    parser.add_argument("--cost", action="store_true", help="only what a frame costs")
    parser.add_argument("music", nargs="*", help="stereo files; by default what tests/tools/music and tests/tools/music more fetch")
    options = parser.parse_args()
    missing = [package for package, place in PACKAGES.items() if not os.path.exists(place)]
    if missing:
        print("tests/tools/peers.py: missing packages:", *missing, file=sys.stderr)
        return 77
    if not all(os.path.exists(program(name)) for name in ("lacquer", "distortion")):
        print("tests/tools/peers.py: not built yet: tests/run --build", file=sys.stderr)
        return 1
    music = options.music
    if not music:
        for arguments in ([], ["more"]):
            folder = run(os.path.join(ROOT, "tests/tools/music"), *arguments).strip()
            music += sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".wav"))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pieces = {}
        for source in music:
            name = os.path.splitext(os.path.basename(source))[0]
            pieces[name] = os.path.join(folder, f"{name}.wav")
            normalised(source, pieces[name])
        if options.cost:
            return cost(next(iter(pieces.values())), folder)
        for drive in options.drive or [6]:
            results = Results(pieces, drive, folder, pool)
            results.table()
            results.defaults()
    return 0


if __name__ == "__main__":
    sys.exit(main())
