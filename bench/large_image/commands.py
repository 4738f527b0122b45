"""Runs other programs, and says plainly what is missing when they fail."""

import shutil
import subprocess
import sys


class BuildError(Exception):
    """The image cannot be built; the text says what to do."""


def need(*programs):
    """Fails when one of the programs is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise BuildError(f"not installed: {', '.join(missing)}")


def run(*arguments, advice, directory=None):
    """Runs a program to its end and returns what it printed; `advice` is told when it fails."""
    done = subprocess.run(arguments, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        last_words = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise BuildError(f"{' '.join(arguments[:3])} … failed: {advice}\n{last_words}")
    return done.stdout


def say(text):
    """Progress, for a person."""
    print(text, file=sys.stderr, flush=True)
