#!/usr/bin/python3
# What is on disk: values, scenes, sides and locks through kills, full disks and damaged files; JACK is there all the while.
# SPDX-License-Identifier: GPL-3.0-or-later
import glob
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import liverack
from liverack import LACQUER, Server, numbers, ports, wait_until

SAVED_S = 3  # two seconds, and the time that writing takes
KILLS = int(os.environ.get("LACQUER_TEST_KILLS", "100"))


def Rack(*arguments, **more):
    """Kept away from JACK's data base of names: a rack that is killed in it leaves a lock behind, and when JACK itself then looks
    there, as it does for every client that ends, it answers nobody any more."""
    return liverack.Rack(*arguments, preload="preload_hang.so", env={"LACQUER_HANG": "nameless"}, **more)


def state_file(folder, *names):
    return os.path.join(folder, "XDG_STATE_HOME", "lacquer", *names)


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def temporary_files(folder):
    return glob.glob(os.path.join(folder, "**", "*.lacquer-tmp"), recursive=True)


def fill(osc):
    """A rack with every kind of state: three scenes, side b heard, locks off and on."""
    osc.send("/chain/insert", "trim", 0)
    osc.send("/chain/insert", "limiter", 1)
    for name, gain in (("verse", -1.0), ("the chorus", -2.0), ("a.b-c", -3.0)):
        osc.send("/rack/trim/gain", gain)
        osc.send("/scene/store", name)
    osc.send("/rack/limiter/ceiling", -2.5)
    osc.send("/rack/trim/gain", -4.0)
    osc.send("/ab", "b")
    osc.send("/rack/trim/gain", -5.0)
    osc.send("/lock", "/rack/limiter/ceiling", False)
    osc.send("/lock", "/rack/trim/mono", True)
    osc.sync()


def check(osc):
    assert osc.ask("/chain") == ["trim", "limiter"], osc.ask("/chain")
    got = osc.ask("/rack/trim/gain"), osc.ask("/rack/limiter/ceiling")
    assert got == ([-5.0], [-2.5]), got
    assert osc.ask("/scene/list") == ["verse", "the chorus", "a.b-c"], osc.ask("/scene/list")
    assert osc.ask("/ab") == ["b"]
    assert osc.ask("/lock", "/rack/limiter/ceiling")[1] is False and osc.ask("/lock", "/rack/trim/mono")[1] is True
    assert osc.ask("/lock", "/rack/trim/gain")[1] is False and osc.ask("/lock", "/rack/trim/swap")[1] is False


def check_by_use(osc):
    """The scenes and the other side hold what was put into them."""
    osc.ask("/scene/recall", "the chorus")
    assert osc.ask("/rack/trim/gain") == [-2.0]
    osc.ask("/ab", "a")
    assert osc.ask("/rack/trim/gain") == [-4.0]
    osc.ask("/ab", "b")
    assert osc.ask("/rack/trim/gain") == [-2.0]


def survives_kill(folder):
    with Rack("--no-restore", folder=folder) as rack:
        fill(rack.osc)
        time.sleep(SAVED_S)
        rack.kill()
        wait_until("the end of its ports", lambda: not any(p.startswith("lacquer:") for p in ports()), 2)
        assert "system:playback_1" in ports(), "the server went with it"
    with Rack(folder=folder) as rack:
        check(rack.osc)
        rack.osc.send("/rack/trim/gain", -6.0)
        wait_until("the value on disk", lambda: "-6" in read(state_file(folder, "lacquer.rack")), SAVED_S)
        rack.osc.send("/rack/trim/gain", -5.0)
    with Rack(folder=folder) as rack:  # it ended by itself: saved at once
        check(rack.osc)
        check_by_use(rack.osc)
        rack.osc.send("/rack/trim/gain", -5.0)
    print("killed and ended: values, scenes, sides and locks are there again")


def is_whole(folder):
    """Each rack file and the list can be read: a start says nothing about any."""
    with Rack(folder=folder) as rack:
        said = [line for line in rack.output().split("\n") if ".rack" in line or "/list" in line or "states" in line]
        gain = rack.osc.ask("/rack/trim/gain")[0]
        scenes = rack.osc.ask("/scene/list")
        rack.kill()
    assert not said, said
    return gain, scenes


def check_backups(folder, before):
    """No backup has gone, each file that has one is there, and all of them can be used."""
    backups = {*glob.glob(state_file(folder, "*.bak")), *glob.glob(state_file(folder, "lacquer.states", "*.bak"))}
    assert backups >= before, before - backups
    files = [*backups, *(name.removesuffix(".bak") for name in backups)]
    assert all(os.path.getsize(name) for name in files), files
    racks = [name for name in files if ".rack" in os.path.basename(name)]
    done = subprocess.run([LACQUER, "check", *racks], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done
    return backups


def survives_kill_in_save(folder):
    """`set` and `scene` until a kill, which falls into a save where it can: the time of the save is known. In each life that
    follows, everything is whole and the temporary files of the life before are gone."""
    dice, lost, gain, interrupted, backups = random.Random(5), [], -5.0, 0, set()
    for life in range(KILLS):
        with Rack(folder=folder) as rack:
            left = temporary_files(folder)
            said = [line for line in rack.output().split("\n") if ".rack" in line or "/list:" in line or "states" in line]
            now = rack.osc.ask("/rack/trim/gain")[0]
            assert not left and not said, (life, left, said)
            assert now in (gain, *lost), f"life {life}: {now} instead of {gain} or {lost}"
            assert rack.osc.ask("/scene/list")[:3] == ["verse", "the chorus", "a.b-c"]
            lost = [now]
            # What ends the rack by itself saves at once: SIGTERM, then the kill a few hundred microseconds later.
            gain = -round(dice.uniform(0, 20), 1)
            rack.osc.send("/rack/trim/gain", gain)
            for name in ("verse", "the chorus", "a.b-c"):
                rack.osc.send("/scene/store", name)
            gain = rack.osc.ask("/rack/trim/gain")[0]
            rack.child.terminate()
            time.sleep(0.02 + dice.uniform(0, 0.06))
            rack.kill()
            interrupted += bool(temporary_files(folder))
        backups = check_backups(folder, backups)
    gain_now, scenes = is_whole(folder)
    assert gain_now in (gain, *lost) and scenes[:3] == ["verse", "the chorus", "a.b-c"] and not temporary_files(folder)
    assert state_file(folder, "lacquer.rack.bak") in backups and len(backups) >= 4, backups
    print(f"killed {KILLS} times about the save: {KILLS} of {KILLS} whole ({interrupted} kills fell into a write)")


def survives_full_disk(folder):
    """The state folder on a disk without room: told once, the old file stays, audio and OSC go on; saved when there is room."""
    place = state_file(folder)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place],
                                           stderr=subprocess.DEVNULL).returncode:
        print("skip  full disk: no right to mount here")
        return
    try:
        with Rack("--no-restore", folder=folder) as rack:
            osc, path = rack.osc, state_file(folder, "lacquer.rack")
            fill(osc)
            wait_until("the first save", lambda: "-5" in read(path), SAVED_S)
            wait_until("the list", lambda: "scene = a.b-c" in read(state_file(folder, "lacquer.states", "list")), SAVED_S)
            with open(os.path.join(place, "ballast"), "wb", buffering=0) as f:
                while True:
                    try:
                        f.write(bytes(4096))
                    except OSError:
                        break
            before = read(path)
            frames = numbers(osc)["xruns_own"]
            osc.send("/rack/trim/gain", -7.0)
            wait_until("the error", lambda: "No space left" in rack.output(), SAVED_S)
            assert read(path) == before and not temporary_files(folder)
            osc.send("/rack/trim/gain", -8.0)
            osc.errors.clear()
            osc.send("/preset/save", "unharmed")  # another folder
            osc.sync()
            assert numbers(osc)["connected"] and numbers(osc)["xruns_own"] - frames <= 2
            assert rack.output().count("No space left") == 1, rack.output()
            os.remove(os.path.join(place, "ballast"))
            wait_until("the save when there is room again", lambda: "-8" in read(path), 15)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    print("full disk: told, old file kept, saved later")


def outlives_damage(folder):
    """Each file of the state cut short, emptied, made of noise or from the future: told with its place, put aside, the rest is
    there."""
    good = tempfile.mkdtemp()
    shutil.rmtree(state_file(folder))
    with Rack("--no-restore", folder=folder) as rack:
        fill(rack.osc)
    shutil.copytree(state_file(folder), os.path.join(good, "lacquer"))
    scene, side, listed = (os.path.join("lacquer.states", n) for n in ("scene-verse.rack", "side-a.rack", "list"))
    noise = random.Random(1).randbytes(3000)
    for name, damage in [("lacquer.rack", b""), ("lacquer.rack", noise), ("lacquer.rack", b"[rack]\nformat = 2\n"),
                         ("lacquer.rack", b"[rack]\nformat = 1\n[trim]\ngain = lou"), (scene, b"[rack]\nformat = 9\n"),
                         (scene, noise), (side, b"[trim\n"), (listed, noise), (listed, b"side = x\nscene = verse\nlock = no/row")]:
        shutil.rmtree(state_file(folder))
        shutil.copytree(os.path.join(good, "lacquer"), state_file(folder))
        with open(state_file(folder, name), "wb") as f:
            f.write(damage)
        with Rack(folder=folder) as rack:
            osc, said = rack.osc, rack.output()
            assert os.path.basename(name) in said, (name, damage[:20], said)
            assert name == listed or os.path.exists(state_file(folder, name + ".bad")), name
            if name == "lacquer.rack":
                assert "limiter" in osc.ask("/chain") and len(osc.ask("/scene/list")) == 3
            else:
                assert osc.ask("/rack/trim/gain") == [-5.0], name
            if name == scene:
                assert osc.ask("/scene/list") == ["the chorus", "a.b-c"] and osc.ask("/ab") == ["b"]
            if name == side:
                check(osc)
    shutil.rmtree(good)
    print("damaged files: told, put aside, the rest is used")


def falls_back(folder):
    """A damaged file with a backup: the one before is used and said so, also when the next start follows at once; presets, which
    people write, are not replaced by older ones."""
    shutil.rmtree(state_file(folder))
    with Rack("--no-restore", folder=folder) as rack:
        fill(rack.osc)
    with Rack(folder=folder) as rack:
        osc = rack.osc
        osc.send("/rack/trim/gain", -9.0)
        osc.send("/scene/store", "verse")
        osc.send("/scene/store", "new")
        osc.sync()
    rack_path, scene, listed = (state_file(folder, *n) for n in (("lacquer.rack",), ("lacquer.states", "scene-verse.rack"),
                                                                 ("lacquer.states", "list")))
    for path in rack_path, scene, listed:
        with open(path, "r+b") as f:
            f.truncate(os.path.getsize(path) - 3)
            f.seek(0)
            f.write(b"\xff\xfe\0")
    for start in range(2):  # killed before anything is saved, so the second finds the backup only
        with Rack(folder=folder) as rack:
            osc, said = rack.osc, rack.output()
            for path in rack_path, scene, listed:
                assert f"{path}: the one before is used: {path}.bak" in said, (start, path, said)
                assert os.path.exists(path + ".bad")
            check(osc)
            rack.kill()
    with Rack(folder=folder) as rack:
        wait_until("a file of its own name", lambda: all(map(os.path.exists, (rack_path, scene, listed))), SAVED_S)
        rack.osc.ask("/scene/recall", "verse")
        assert rack.osc.ask("/rack/trim/gain") == [-1.0]
    with Rack(folder=folder) as rack:
        assert "the one before" not in rack.output()
        osc = rack.osc
        preset = os.path.join(folder, "XDG_CONFIG_HOME", "lacquer", "racks", "club.rack")
        for gain in -3.0, -4.0:
            osc.send("/rack/trim/gain", gain)
            osc.ask("/preset/save", "club")
        assert "gain = -4" in read(preset) and "gain = -3" in read(preset + ".bak")
        assert [name for name in osc.ask("/preset/list") if "club" in name] == ["club"]
        with open(preset, "a") as f:
            f.write("[trim second]\ngain = loud\n")
        osc.send("/rack/trim/gain", -6.0)
        osc.send("/preset/load", "club")
        wait_until("the error", lambda: osc.socket.recv(20) and osc.errors)
        path, (address, reason) = osc.errors[0][0], osc.errors[0][1]
        lines = len(read(preset).split("\n")) - 1
        assert address == "/preset/load" and f"club.rack:{lines}:" in reason and reason.endswith("club.rack.bak"), reason
        assert osc.ask("/rack/trim/gain") == [-6.0] and osc.ask("/chain") == ["trim", "limiter"], "half applied"
    print("damaged files with a backup: that is used and said; a damaged preset is refused, with both names")


def deleted_scenes_are_gone(folder):
    """Their files too, and what is kept of older ones; a scene that takes a deleted one's place and is the same has a file of its own."""
    def files():
        names = {os.path.basename(f) for f in glob.glob(state_file(folder, "lacquer.states", "scene-*"))}
        return sorted(name for name in names if not (name.endswith(".bak") and name[:-4] in names))
    shutil.rmtree(state_file(folder))
    with Rack("--no-restore", folder=folder) as rack:
        fill(rack.osc)
    with Rack(folder=folder) as rack:
        assert files() == ["scene-a.b-c.rack", "scene-the chorus.rack", "scene-verse.rack"], files()
        rack.osc.ask("/scene/delete", "verse")
        rack.osc.ask("/scene/delete", "a.b-c")
        rack.osc.ask("/scene/recall", "the chorus")
        rack.osc.ask("/scene/store", "twin")
        wait_until("the files", lambda: files() == ["scene-the chorus.rack", "scene-twin.rack"], SAVED_S)
        rack.osc.ask("/scene/delete", "twin")
        rack.osc.ask("/scene/store", "twin again")
        rack.osc.ask("/title", "Deleted")
        wait_until("the title", lambda: "title = Deleted" in read(state_file(folder, "lacquer.rack")), SAVED_S)
        wait_until("the files", lambda: files() == ["scene-the chorus.rack", "scene-twin again.rack"], SAVED_S)
        rack.kill()
    with Rack(folder=folder) as rack:
        assert rack.osc.ask("/scene/list") == ["the chorus", "twin again"] and rack.osc.ask("/title") == ["Deleted"]
        assert rack.osc.ask("/scene/recall", "twin again") == ["twin again"]
        assert ".rack" not in rack.output() and "states" not in rack.output(), rack.output()
    print("deleted scenes: gone with their files")


def scenes_with_another_rack(folder):
    shutil.rmtree(state_file(folder))
    with Rack("--no-restore", folder=folder) as rack:
        fill(rack.osc)
    with Rack("vinyl", folder=folder) as rack:
        assert rack.osc.ask("/scene/list") == ["verse", "the chorus", "a.b-c"]
        assert rack.osc.ask("/ab") == ["a"] and rack.osc.ask("/chain") != ["trim", "limiter"]
        chain = rack.osc.ask("/chain")
    with Rack(folder=folder) as rack:  # nor do those of the rack before come back later
        rack.osc.ask("/ab", "b")
        assert rack.osc.ask("/chain") == chain and rack.osc.ask("/scene/list")[0] == "verse"
    print("a rack by name: the scenes are there, the sides are its own")


def failed_start(folder):
    """A start that finds no server, or no rack, leaves what was saved as it is."""
    before = read(state_file(folder, "lacquer.rack"))
    env = {**os.environ, **{k: os.path.join(folder, k) for k in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")}}
    for words, status in ((["--server", "lacq_nosuch", "loud"], 3), (["/nosuch.rack"], 4)):
        done = subprocess.run([LACQUER, "run", "-H", "--osc", "0", *words], env=env, stderr=subprocess.DEVNULL, timeout=20)
        assert done.returncode == status, done
        assert read(state_file(folder, "lacquer.rack")) == before, words
    print("failed starts: the saved state is as it was")


def main():
    folder = tempfile.mkdtemp()
    try:
        with Server(period=256):
            for part in (survives_kill, survives_kill_in_save, survives_full_disk, outlives_damage, falls_back,
                         deleted_scenes_are_gone, scenes_with_another_rack, failed_start):
                begin = time.monotonic()
                part(folder)
                print(f"      {time.monotonic() - begin:.1f} s", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
