"""All export formats of a network in one ZIP with a list of contents; CNN Lab can import it again."""

import io
import zipfile
from collections.abc import Callable, Mapping

from cnn.core.errors import CnnLabError
from cnn.core.numbers import to_json
from cnn.exports.source import Exported, Source

MANIFEST = "cnn-lab.json"
FORMAT = "cnn-lab-export-1"


def export_zip(
    source: Source,
    formats: Mapping[str, Callable[[Source], Exported]],
    left_out: Mapping[str, str],
    report: Callable[[float], None] = lambda share: None,
) -> Exported:
    """Return all formats in one ZIP.

    Args:
        source: the network to export.
        formats: the export function of each file.
        left_out: the formats that are left out, title → reason.
        report: gets the share that is done.
    """
    files: list[Exported] = []
    missing = dict(left_out)
    for number, (title, make) in enumerate(formats.items()):
        report(number / len(formats))
        try:
            files.append(make(source))
        except CnnLabError as error:
            missing[title] = str(error)
    buffer = io.BytesIO()
    # Weights hardly get smaller however hard one tries.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, to_json(manifest(source), indent=1) + "\n")
        archive.writestr("README.txt", _told(source, files, missing))
        for file in files:
            archive.writestr(file.name, file.content)
    return Exported(f"{source.stem}.zip", "application/zip", buffer.getvalue())


def manifest(source: Source) -> dict[str, object]:
    """Return what an import needs besides the weights."""
    return {
        "format": FORMAT,
        "name": source.name,
        "dataset": source.dataset,
        "source": source.source,
        "precision": source.precision,
        "step": source.step,
        "epoch": source.epoch,
        "validation_accuracy": source.validation_accuracy,
        "test_accuracy": source.test_accuracy,
        "weights": f"{source.stem}.safetensors",
        "setup": source.setup.to_json(),
    }


def _told(source: Source, files: list[Exported], missing: Mapping[str, str]) -> str:
    lines = [f"{source.name or source.run_id}, from CNN Lab: {source.epoch:g} epochs on {source.source}.", ""]
    lines += [f"{file.name}  {file.note}".rstrip() for file in files]
    lines += [f"{MANIFEST}  With the weights, all that CNN Lab needs to import the network again."]
    if missing:
        lines += ["", "Left out:", *(f"{title}: {why}" for title, why in missing.items())]
    return "\n".join(lines) + "\n"
