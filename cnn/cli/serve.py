"""`cnn-lab`, the command of an installed copy: serves the app from any folder, or runs a command."""

import argparse
import os
import subprocess
import sys

from cnn.cli.main import main
from cnn.core.errors import CnnLabError
from cnn.core.settings import PROJECT


def command() -> int:
    """Run `cnn-lab`: alone or with options it serves the app; `cnn-lab train …` is `python -m cnn train …`."""
    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-"):
        return main(arguments)
    return serve(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cnn-lab",
        description="Serve CNN Lab. With a command (train, runs, classify, …), run that command instead; "
        "python -m cnn --help lists the commands.",
    )
    parser.add_argument(
        "--address", default="127.0.0.1", help="address to listen on; 0.0.0.0 for other machines (127.0.0.1)"
    )
    parser.add_argument("--port", type=int, default=8501, help="port (8501)")
    return parser


def serve(options: argparse.Namespace) -> int:
    """Serve the app until it is interrupted; return the exit status of the server."""
    app = PROJECT / "app.py"
    if not app.is_file():
        raise CnnLabError(f"{app} is missing, so this installation is not complete. Install CNN Lab again.")
    words = ["-m", "streamlit", "run", str(app)]
    words += [f"--server.address={options.address}", f"--server.port={options.port}"]
    # NumPy computes on one thread: more would compete with the threads of a training run.
    with subprocess.Popen(
        [sys.executable, *words], env={"OPENBLAS_NUM_THREADS": "1", **os.environ}
    ) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server gets the signal as well, and stops its workers
            return server.wait()
