#!/usr/bin/env bash
# distributed 2026.8.0 and setproctitle: installing a package that nobody imports changes the command line of Dask's workers.
#
# Guessed: a worker of LocalCluster is to be recognised by its command line, in which multiprocessing stands, since
#          that is what started it; what else is installed makes no difference.
# Seen:    without setproctitle the command line names multiprocessing. With it (a test tool had brought it along),
#          distributed writes "dask worker [tcp://...]" over it, and neither multiprocessing nor python is left.
# So:      look for both, or keep the process numbers yourself; code that ends orphaned workers may find none.
# Source:  distributed 2026.8.0, setproctitle 1.3.8, psutil 7.1.3 from PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PY'
import importlib.util

import psutil
from distributed import Client, LocalCluster


def main():
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        number = next(iter(client.run(__import__("os").getpid).values()))
        command = " ".join(psutil.Process(number).cmdline()).strip()
    titled = importlib.util.find_spec("setproctitle") is not None
    print("setproctitle" if titled else "without", "->", command[:60])
    assert ("multiprocessing" in command) == (not titled), "this has changed"
    assert command.startswith("dask worker") == titled, "this has changed"


if __name__ == "__main__":
    main()
PY
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0 psutil==7.1.3
"$folder/venv/bin/python" "$folder/try.py"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check setproctitle==1.3.8
"$folder/venv/bin/python" "$folder/try.py"
echo "As seen: with setproctitle installed the worker's command line no longer names multiprocessing."
