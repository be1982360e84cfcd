"""A training worker's computing gives way to pages; its event loop, which answers the server, does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnn.training.runtime import NICENESS
from support import PROJECT

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="threads are listed on Linux only"
)

WORKER = """
import json, os, threading
from cnn.worker import jobs

def of_threads():
    return {int(thread): os.getpriority(os.PRIO_PROCESS, int(thread)) for thread in os.listdir("/proc/self/task")}

before = of_threads()
task = threading.Thread(target=jobs.warm)
task.start()
task.join()
after = of_threads()
print(json.dumps([before[os.getpid()], after[os.getpid()], [after[t] for t in after if t not in before]]))
"""


@pytest.mark.workers  # and so in the lane that has its full priority
@pytest.mark.parametrize("own", [0, NICENESS + 3])
def test_the_threads_that_train_give_way_and_the_others_do_not(own: int, tmp_path: Path) -> None:
    if own < os.getpriority(os.PRIO_PROCESS, 0):
        pytest.skip("these tests run with less priority than that")
    environment = os.environ | {"CNN_LAB_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=True,
        preexec_fn=lambda: os.setpriority(os.PRIO_PROCESS, 0, own),
    )
    before, after, begun = json.loads(done.stdout.splitlines()[-1])
    assert before == after == own
    assert set(begun) == {max(NICENESS, own)}, "threads of TensorFlow"
