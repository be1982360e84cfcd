#!/usr/bin/env bash
# distributed 2026.8.0: Client.scheduler_info(n_workers=-1) sometimes names no worker at all, while all of them are there.
#
# Guessed: it returns the scheduler's answer to this call, so with n_workers=-1 every present worker is in it.
# Seen:    it waits for the answer on the client's event loop, which keeps it in the client, and then reads it there. The client's
#          own timer asks with n_workers=0 every distributed.client.scheduler-info-interval; where its answer comes in between,
#          the caller gets that one. A call in 35,000 with the default of 2 s, one in twelve with 1 ms; far more on a busy machine.
# So:      who decides from it that a worker is lost loses work that is running. client.sync(client.scheduler.identity,
#          n_workers=-1) returns the answer itself.
# Source:  distributed 2026.8.0 from PyPI; Client.scheduler_info and Client._update_scheduler_info.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PY'
import sys

import dask
import distributed
from distributed import Client, LocalCluster

CALLS = 5000


def main():
    with (
        dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        kept = [len(client.scheduler_info(n_workers=-1)["workers"]) for _ in range(CALLS)]
        asked = [len(client.sync(client.scheduler.identity, n_workers=-1)["workers"]) for _ in range(CALLS)]
    print("version: distributed", distributed.__version__)
    print("guess:   each of", CALLS, "calls names both workers")
    print("seen:   ", kept.count(0), "calls of scheduler_info name none,", asked.count(0), "of the scheduler's identity")
    print("here:    cnn/scheduler/cluster.py, Cluster.workers")
    sys.exit(0 if kept.count(0) and not asked.count(0) else 1)


if __name__ == "__main__":
    main()
PY
{ python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0; } || exit 2
"$folder/venv/bin/python" "$folder/try.py"
