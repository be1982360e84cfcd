"""Firefox as it is installed, driven through Marionette, its own protocol: length, colon, JSON, over a socket."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NOWHERE = 'user_pref("network.proxy.type", 1);\nuser_pref("network.proxy.http", "127.0.0.1");\n'
PREFERENCES = (
    NOWHERE
    + 'user_pref("network.proxy.http_port", 9);\nuser_pref("network.proxy.ssl", "127.0.0.1");\n'
    + 'user_pref("network.proxy.ssl_port", 9);\nuser_pref("app.update.enabled", false);\n'
    + 'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
)
START_SECONDS = 60.0


def firefox() -> str | None:
    """Return the path of Firefox, None where there is none."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """A session: go to an address, run a script in the page."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.count = 0
        self._read()  # it says hello
        self.send("WebDriver:NewSession", {})

    def _read(self) -> Any:
        digits = b""
        while not digits.endswith(b":"):
            digits += self.connection.recv(1)
        content, wanted = b"", int(digits[:-1])
        while len(content) < wanted:
            content += self.connection.recv(wanted - len(content))
        return json.loads(content)

    def send(self, command: str, parameters: dict[str, Any]) -> Any:
        self.count += 1
        message = json.dumps([0, self.count, command, parameters]).encode()
        self.connection.sendall(b"%d:" % len(message) + message)
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def open(self, path: Path) -> None:
        self.goto(path.as_uri())

    def goto(self, url: str) -> None:
        self.send("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        parameters = {"script": script, "args": list(arguments), "newSandbox": True, "sandbox": None}
        return self.send("WebDriver:ExecuteScript", parameters)["value"]


@contextmanager
def running(folder: Path) -> Iterator[Firefox]:
    """Run Firefox without a window and without a way out, its profile in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "user.js").write_text(PREFERENCES + f'user_pref("marionette.port", {port});\n')
    command = [str(firefox()), "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    environment = os.environ | {"HOME": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except OSError:
                assert process.poll() is None, "Firefox ended"
                assert time.monotonic() < deadline, "Firefox does not listen"
                time.sleep(0.1)
        with connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(30)
