"""`python -m bench`: run the parts one after another, each in a process of its own, and show the figures."""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from bench import check, report
from bench.measure import Figure, SkipError, say
from bench.parts import PARTS
from cnn.core.settings import PROJECT


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and show; return 0 when every part ran, 1 when one broke off, whatever the targets say."""
    options = _parser().parse_args(arguments)
    options.rounds = options.rounds or (check.ROUNDS if options.check else 5)
    if options.list:
        _list(options.json)
        return 0
    if options.inside:
        _run_here(options)
        return 0
    if options.check:
        return _check(options)
    names = check.PARTS if options.publish else list(PARTS)
    return _run_all([options.only] if options.only else names, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure this machine against the named baselines."
    )
    parser.add_argument(
        "--rounds", type=_rounds, metavar="N", help=f"alternating rounds (5; with --check {check.ROUNDS})"
    )
    parser.add_argument("--only", choices=PARTS, metavar="PART", help="one part; --list names them")
    parser.add_argument("--list", action="store_true", help="name the parts")
    parser.add_argument("--check", action="store_true", help="say what moved since the published figures")
    parser.add_argument("--publish", action="store_true", help="publish the figures that --check compares")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure, nothing else")
    parser.add_argument("--smoke", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


def _rounds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} rounds were asked for; give a whole number, 1 to 100.")
    return int(text)


def _list(as_json: bool) -> None:
    for name, part in PARTS.items():
        print(json.dumps({"part": name, "about": part.about}) if as_json else f"{name:<10}{part.about}")


def _run_all(names: Sequence[str], options: argparse.Namespace) -> int:
    """Run the parts, show their figures, and name those that broke off on standard error."""
    print(report.machine_lines() + "\n", file=sys.stderr if options.json else sys.stdout, flush=True)
    figures, broken = _measure(names, options)
    if not options.json:
        print(report.table(figures))
    if options.publish and not broken:
        check.publish(report.processor(), figures)
    return 1 if broken else 0


def _check(options: argparse.Namespace) -> int:
    """Measure what is published for this processor again; return 1 if a part broke off or a figure is worse."""
    try:
        published = check.read(report.processor())
    except SkipError as reason:
        print(reason)
        return 0
    print(report.machine_lines() + "\n", flush=True)
    figures, broken = _measure([options.only] if options.only else check.PARTS, options)
    found = check.changes(published, figures)
    print(check.table(found))
    return 1 if broken or any(change.verdict == "worse" for change in found) else 0


def _measure(names: Sequence[str], options: argparse.Namespace) -> tuple[list[Figure], list[str]]:
    """Run the parts; return their figures, and a sentence for each part that broke off."""
    figures: list[Figure] = []
    broken: list[str] = []
    for name in names:
        for line in _run_part(name, options, broken):
            figures.append(report.from_json(line))
            if options.json:
                print(line, flush=True)
    for problem in broken:
        say(problem)
    return figures, broken


def _run_part(name: str, options: argparse.Namespace, broken: list[str]) -> Iterator[str]:
    """Run one part in a process of its own and yield its figures, a line each, as they come."""
    say(f"{name}: {PARTS[name].about}")
    command = [sys.executable, "-m", "bench", "--inside", "--only", name, "--rounds", str(options.rounds)]
    command += ["--smoke"] if options.smoke else []
    environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout
    try:
        for line in process.stdout:
            yield line.rstrip("\n")
        process.wait()
    finally:
        process.terminate()  # does nothing to one that has ended
        process.wait()
    if process.returncode:
        broken.append(f"The part {name} broke off (status {process.returncode}); its figures are missing.")


def _run_here(options: argparse.Namespace) -> None:
    """Measure the one part in this process."""
    with _figures_only() as output:
        for figure in PARTS[options.only].measure(options.rounds, options.smoke):
            print(report.to_json(figure), file=output, flush=True)


@contextmanager
def _figures_only() -> Iterator[TextIO]:
    """Yield standard output and send what anything else writes to it, C libraries too, to standard error."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)
        yield output


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped on the way out
    sys.exit(main())
