#!/usr/bin/python3
# Two users of one machine: what a rack makes is its owner's alone, and what another user has put in its way is neither used
# nor written through. The second user wants root; without it that half is left out.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOT = os.geteuid() == 0
OWNER, OTHER = (64001, 64002) if ROOT else (os.geteuid(), None)
MINE = "[rack]\nformat = 1\ntitle = precious\n"


class Place:
    """A folder with the program and an owner's home and folders in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lacquer-users-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.program = os.path.join(self.folder, "program")
        shutil.copy(os.path.join(TOP, "build", "lacquer"), self.program)
        os.chmod(self.program, 0o755)
        self.home, self.runtime = self.make("home", OWNER), self.make("runtime", OWNER)
        self.env = {"HOME": self.home, "XDG_RUNTIME_DIR": self.runtime, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self.lacquer = os.path.join(self.runtime, "lacquer")
        self.state = os.path.join(self.home, ".local", "state", "lacquer")
        self.precious = os.path.join(self.home, "precious")
        with open(self.precious, "w") as f:
            f.write(MINE)
        self.give(self.precious, OWNER)

    def make(self, name, user):
        path = os.path.join(self.folder, name)
        os.mkdir(path, 0o700)
        self.give(path, user)
        return path

    def give(self, path, user):
        if ROOT:
            os.chown(path, user, user, follow_symlinks=False)

    def link(self, path, user):
        """To the owner's precious file, made by that user."""
        for folder in (os.path.dirname(os.path.dirname(path)), os.path.dirname(path)):
            if not os.path.isdir(folder):
                os.makedirs(folder, 0o700)
                self.give(folder, OWNER)
        os.symlink(self.precious, path)
        self.give(path, user)

    def as_user(self, user):
        return {"user": user, "group": user, "extra_groups": []} if ROOT else {}

    def start(self, user=OWNER, env=None):
        return subprocess.Popen([self.program, "run", "-H", "-w", "-s", "lacq_none", "--osc", "0"],
                                env=env or self.env, stderr=subprocess.PIPE, text=True, cwd="/", **self.as_user(user))

    def run(self, *words, user=OWNER, env=None):
        return subprocess.run([self.program, *words], env=env or self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, cwd="/", timeout=30, **self.as_user(user))

    def await_rack(self, rack):
        end = time.monotonic() + 10
        while self.run("get", "/info").returncode != 0:
            assert time.monotonic() < end and rack.poll() is None, rack.stderr.read()
            time.sleep(0.05)

    def refused(self, user=OWNER, env=None):
        """What a rack that must not start says."""
        rack = self.start(user, env)
        try:
            said = rack.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            rack.kill()
            raise AssertionError("it started")
        assert rack.returncode == 1, (rack.returncode, said)
        return said

    def untouched(self):
        with open(self.precious) as f:
            assert f.read() == MINE

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        shutil.rmtree(self.folder)


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def modes():
    with Place() as place:
        os.umask(0)
        rack = place.start()
        place.await_rack(rack)
        assert mode(place.lacquer) == 0o700
        assert mode(os.path.join(place.lacquer, "lacquer.sock")) == 0o600
        assert mode(os.path.join(place.lacquer, "lacquer.lock")) == 0o600
        assert place.run("set", "/chain/insert", "trim", "0").returncode == 0
        assert place.run("set", "/preset/save", "club").returncode == 0
        racks = os.path.join(place.home, ".config", "lacquer", "racks")
        assert os.path.exists(os.path.join(racks, "club.rack"))
        if OTHER:
            asked = place.run("get", "/chain", user=OTHER)
            assert asked.returncode == 1 and asked.stdout == "", asked
        rack.terminate()
        rack.wait(10)
        assert os.path.exists(os.path.join(place.state, "lacquer.rack"))
        for folder in (racks, os.path.dirname(racks), place.state):
            assert mode(folder) == 0o700, (folder, oct(mode(folder)))
        os.umask(0o022)


def links_of_the_owner():
    """In the runtime folder nothing is ever a link."""
    for name, words in (("lacquer.sock", "is in the way"), ("lacquer.lock", "cannot open")):
        with Place() as place:
            place.link(os.path.join(place.lacquer, name), OWNER)
            assert words in place.refused(), name
            place.untouched()


def links_of_another():
    for path in ("lacquer.rack", "lacquer.log"):
        with Place() as place:
            place.link(os.path.join(place.state, path), OTHER)
            rack = place.start()
            place.await_rack(rack)
            assert place.run("set", "/chain/insert", "trim", "0").returncode == 0
            rack.terminate()
            said = rack.communicate(timeout=10)[1]
            place.untouched()
            assert path != "lacquer.rack" or "a link that somebody else made" in said, said
    with Place() as place:
        rack = place.start()
        place.await_rack(rack)
        preset = os.path.join(place.home, ".config", "lacquer", "racks", "club.rack")
        place.link(preset, OTHER)
        saved = place.run("set", "/preset/save", "club")
        assert saved.returncode == 1 and "somebody else" in saved.stderr, saved
        place.untouched()
        os.unlink(preset)
        place.link(preset, OWNER)  # a link of one's own, into a repository of racks, is followed
        assert place.run("set", "/preset/save", "club").returncode == 0
        with open(place.precious) as f:
            assert f.read() != MINE and os.path.islink(preset)
        rack.terminate()
        rack.wait(10)


def runtime_of_another():
    """Without a session the runtime folder has a name in /tmp that anybody can guess, and take first."""
    guessed = f"/tmp/lacquer-{OWNER}"
    with Place() as place:
        env = {k: v for k, v in place.env.items() if k != "XDG_RUNTIME_DIR"}
        for make in (lambda: os.mkdir(guessed, 0o777), lambda: os.symlink(place.make("trap", OWNER), guessed)):
            make()
            os.chown(guessed, OTHER, OTHER, follow_symlinks=False)
            assert "is not a folder that only we may enter" in place.refused(env=env)
            assert place.run("get", "/chain", env=env).returncode == 1
            if os.path.islink(guessed):
                os.unlink(guessed)
            else:
                assert os.listdir(guessed) == []
                os.rmdir(guessed)
        os.mkdir(guessed, 0o750)
        os.chown(guessed, OWNER, OWNER)
        assert "is not a folder that only we may enter" in place.refused(env=env)
        os.rmdir(guessed)


def main():
    modes()
    links_of_the_owner()
    if not OTHER:
        print("not root: no second user here")
        sys.exit(77)
    links_of_another()
    runtime_of_another()


if __name__ == "__main__":
    main()
