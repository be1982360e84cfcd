"""A reverse proxy of a few lines, as labs stand behind: it may take a prefix away, and speak https.

It is a process of its own, `python -m support.proxies`, and ends with its test.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

PAGE = b"<!doctype html><title>A proxy</title>"
HEAD = b"HTTP/1.1 %s\r\ncontent-type: text/html\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and its key, or skip the test."""
    import pytest

    openssl, cert, key = which("openssl"), folder / "cert.pem", folder / "key.pem"
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files = ["-keyout", str(key), "-out", str(cert), "-days", "2"]
    subprocess.run([*command, *files, *subject], check=True, capture_output=True)
    return cert, key


@contextmanager
def proxied(
    port: int, taken: str = "", files: tuple[Path, Path] | None = None, refused: str = ""
) -> Iterator[int]:
    """Pass what comes to a port, which is yielded, on to `port` of loopback.

    Args:
        port: of the app.
        taken: prefix that is taken away from paths; what lies elsewhere is answered 404.
        files: certificate and key for https.
        refused: a part of a path; a request with it is answered with a page instead.
    """
    given = {"port": port, "taken": taken, "files": [str(file) for file in files or ()], "refused": refused}
    command = [sys.executable, "-m", "support.proxies", json.dumps(given)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def serve(port: int, taken: str, files: list[str], refused: str) -> None:
    """Pass on until the process is ended."""
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            line, *headers = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2]
            method, path, version = line.split(b" ")
            inside = path.startswith(taken.encode())
            if not inside or (refused and refused.encode() in path):
                writer.write(HEAD % (b"200 OK" if inside else b"404 Not Found", len(PAGE)) + PAGE)
                await writer.drain()
                writer.close()
                return
            if not any(
                header.lower().startswith(b"upgrade:") for header in headers
            ):  # one request a connection
                headers = [header for header in headers if not header.lower().startswith(b"connection:")]
                headers.append(b"Connection: close")
            headers.append(b"X-Forwarded-Proto: " + (b"https" if files else b"http"))
            theirs, ours = await asyncio.open_connection("127.0.0.1", port)
            line = b" ".join((method, path[len(taken) :] or b"/", version))
            ours.write(b"\r\n".join([line, *headers, b"", b""]))
            await asyncio.gather(_pour(reader, ours), _pour(theirs, writer))

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    with suppress(OSError, RuntimeError):
        target.close()


if __name__ == "__main__":
    asyncio.run(serve(**json.loads(sys.argv[1])))
