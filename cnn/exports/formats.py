"""The export formats by name, as a page and the command line offer them, with the packages that each needs."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType

from cnn.core.errors import CnnLabError
from cnn.exports import (
    archive,
    figures,
    keras_file,
    litert,
    living_page,
    onnx_file,
    plain_files,
    report,
    script,
    tensorboard,
)
from cnn.exports.source import Exported, Source


@dataclass(frozen=True)
class Format:
    """One format: its title, a sentence about its use, the export function, the packages it needs, an icon."""

    title: str
    about: str
    make: Callable[[Source], Exported]
    needs: tuple[str, ...] = ()
    tensorflow: bool = True
    icon: str = "description"

    def missing(self) -> str:
        """Return a sentence that names the missing packages, "" if none is missing."""
        absent = [name for name in self.needs if find_spec(name) is None]
        if not absent:
            return ""
        return (
            f"{self.title} needs {' and '.join(absent)}, which this server does not have: start it with "
            "make run EXPORT=1, or pip install -r requirements-export.txt."
        )


FORMATS = MappingProxyType(
    {
        "living-page": Format(
            "Living page",
            "The network in one file that opens in any browser, offline: every map, every sum, your own photos.",
            living_page.export_living_page,
            tensorflow=False,
            icon="html",
        ),
        "living-page-cifar10": Format(
            "Living page with CIFAR-10 pictures",
            "The same, with test pictures of CIFAR-10 as samples; their source is named.",
            living_page.export_living_page_with_cifar10,
            tensorflow=False,
            icon="photo_library",
        ),
        "keras": Format(
            "Keras",
            "Plain Keras 3, for further work in Python.",
            keras_file.export_keras,
            icon="deployed_code",
        ),
        "onnx": Format(
            "ONNX",
            "For onnxruntime and other frameworks.",
            onnx_file.export_onnx,
            ("onnx", "tf2onnx"),
            icon="hub",
        ),
        "litert": Format("LiteRT", "For phones, in float32.", litert.export_litert, icon="smartphone"),
        "litert-int8": Format(
            "LiteRT int8",
            "For small computers: a quarter of the size; its accuracy is measured and compared with float32.",
            litert.export_litert_int8,
            ("ai_edge_litert",),
            icon="memory",
        ),
        "safetensors": Format(
            "Weights",
            "Only the numbers, as safetensors.",
            plain_files.export_safetensors,
            tensorflow=False,
            icon="grid_on",
        ),
        "spec": Format(
            "Spec",
            "Network and training as JSON.",
            plain_files.export_spec,
            tensorflow=False,
            icon="data_object",
        ),
        "history": Format(
            "History",
            "The learning curves as a table, CSV.",
            plain_files.export_history,
            tensorflow=False,
            icon="table",
        ),
        "tensorboard": Format(
            "TensorBoard",
            "The learning curves as an event file.",
            tensorboard.export_tensorboard,
            tensorflow=False,
            icon="monitoring",
        ),
        "script": Format(
            "Script",
            "Rebuilds, checks and trains the network; needs only TensorFlow and NumPy.",
            script.export_script,
            icon="code",
        ),
        "notebook": Format(
            "Notebook", "The script as a notebook for Jupyter.", script.export_notebook, icon="menu_book"
        ),
        "figures": Format(
            "Figures",
            "Curves, kernels and layers as SVG and PNG.",
            figures.export_figures,
            tensorflow=False,
            icon="image",
        ),
        "report": Format(
            "Report",
            "One page to print or to hand in.",
            report.export_report,
            tensorflow=False,
            icon="article",
        ),
    }
)
ZIP = "zip"
NAMES = (*FORMATS, ZIP)


def export(name: str, source: Source, report: Callable[[float], None] = lambda share: None) -> Exported:
    """Return a network in one of `NAMES`; TensorFlow is imported where the format needs it.

    Raises:
        CnnLabError: for an unknown name, packages that are not installed, or missing data.
    """
    if name == ZIP:
        left_out = {form.title: form.missing() for form in FORMATS.values() if form.missing()}
        # Pictures of CIFAR-10 go into a file only on request.
        chosen = {key: form for key, form in FORMATS.items() if key != "living-page-cifar10"}
        made = {form.title: form.make for form in chosen.values() if not form.missing()}
        return archive.export_zip(source, made, left_out, report)
    if name not in FORMATS:
        raise CnnLabError(f"There is no format {name[:40]!r}; there are {', '.join(NAMES)}.")
    if problem := FORMATS[name].missing():
        raise CnnLabError(problem)
    return FORMATS[name].make(source)
