"""The commands export and import."""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from cnn.cli.runs import emit
from cnn.core import settings
from cnn.core.errors import CnnLabError
from cnn.evaluation.pretrained import find_model
from cnn.exports import formats
from cnn.exports.lesson_page import LESSONS, export_lesson
from cnn.exports.source import Exported, Samples, read_source
from cnn.images.image import decode_picture
from cnn.network.spec import PICTURE_SHAPE
from cnn.runs.bring_in import MAX_BYTES, bring_in
from cnn.runs.store import RunStore
from cnn.training import runtime

LESSON = "lesson:"  # before the key of a lesson; a run's id has no colon


def add_export(command: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    command.add_argument(
        "network",
        metavar="RUN",
        help=f"a run's id or folder, a pretrained network, or a lesson: {', '.join(LESSON + key for key in LESSONS)}",
    )
    command.add_argument(
        "--to", required=True, choices=formats.NAMES, metavar="FORMAT", help=", ".join(formats.NAMES)
    )
    command.add_argument(
        "--pictures",
        nargs="+",
        default=[],
        metavar="PICTURE",
        help="for a living page: picture files; for living-page-cifar10, also numbers of test pictures",
    )
    command.add_argument(
        "--with",
        dest="address",
        default="",
        metavar="SETTINGS",
        help="for a lesson: the settings of its address in the app, as 'stride=2&lock=stride'",
    )
    command.add_argument("--out", type=Path, metavar="PATH", help="file or folder (the current folder)")


def export(options: argparse.Namespace) -> int:
    """Write one format of a network, or the page of a lesson, into a file."""
    started = time.perf_counter()
    made = _lesson(options) if options.network.startswith(LESSON) else _network(options)
    path = options.out or Path()
    if path.is_dir():
        path = path / made.name
    try:
        path.write_bytes(made.content)
    except OSError as error:
        raise CnnLabError(
            f"{path} cannot be written: {error.strerror}. Choose another one with --out."
        ) from error
    if options.json:
        seconds = round(time.perf_counter() - started, 3)
        emit({"file": str(path), "bytes": len(made.content), "note": made.note, "seconds": seconds})
    else:
        print(f"{path}: {len(made.content):,} bytes. {made.note}".rstrip())
    return 0


def _network(options: argparse.Namespace) -> Exported:
    if options.address:
        raise CnnLabError(f"--with is for a lesson, as {LESSON}conv; {options.network} is none.")
    run = find_model(options.network, RunStore(settings.runs_folder()))
    if options.to == formats.ZIP or formats.FORMATS[options.to].tensorflow:
        runtime.prepare_tensorflow()
    source = replace(read_source(run), samples=_samples(options.to, options.pictures))
    return formats.export(options.to, source)


def _lesson(options: argparse.Namespace) -> Exported:
    """Return the page of a lesson with the settings that `--with` gives.

    Raises:
        CnnLabError: for an unknown lesson, another format, or pictures.
    """
    if options.to != "living-page" or options.pictures:
        raise CnnLabError("A lesson is exported with --to living-page, without --pictures.")
    lecture = find_model("lecture", RunStore(settings.runs_folder()))  # the network of the lessons
    given = parse_qsl(options.address.removeprefix("?"))
    return export_lesson(
        options.network.removeprefix(LESSON), dict(given), lecture.setup.network, lecture.weights()
    )


def _samples(form: str, given: list[str]) -> Samples:
    """Return the pictures that were named for the living page: files, or numbers of test pictures of CIFAR-10.

    Raises:
        CnnLabError: for another format, a file that is no picture, or a number that is none of CIFAR-10.
    """
    if not given:
        return Samples()
    if not form.startswith("living-page"):
        raise CnnLabError(f"--pictures is for a living page; {form} holds none.")
    numbers = [int(one) for one in given if one.isascii() and one.isdecimal()]
    paths = [Path(one) for one in given if not (one.isascii() and one.isdecimal())]
    if numbers and form != "living-page-cifar10":
        raise CnnLabError(
            "Numbers are test pictures of CIFAR-10, which only --to living-page-cifar10 puts in."
        )
    pixels = []
    for path in paths:
        try:
            pixels.append(decode_picture(path.read_bytes()).pixels)
        except OSError as error:
            raise CnnLabError(f"{path} cannot be read: {error.strerror}.") from error
    names = tuple(path.stem[:60] for path in paths)
    return Samples(np.array(pixels, np.uint8).reshape(-1, *PICTURE_SHAPE), names, tuple(numbers))


def add_import(command: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a ZIP of this lab, or NAME.safetensors with NAME.json in the same folder",
    )


def bring(options: argparse.Namespace) -> int:
    """Import a network as a run."""
    paths: list[Path] = list(options.files)
    if len(paths) == 1 and paths[0].suffix == ".safetensors":
        paths.append(paths[0].with_suffix(".json"))
    files = []
    for path in paths:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise CnnLabError(
                    f"{path} is larger than {MAX_BYTES // 10**6} MB, the most that a network can need here."
                )
            files.append((path.name, path.read_bytes()))
        except OSError as error:
            raise CnnLabError(f"{path} cannot be read: {error.strerror}.") from error
    run = bring_in(RunStore(settings.runs_folder()), files)
    if options.json:
        emit({"run": run.id, "name": run.name, "folder": str(run.folder)})
    else:
        print(
            f"{run.id}: {run.name}. To continue its training: python -m cnn train --continue {run.id} --epochs 5"
        )
    return 0
