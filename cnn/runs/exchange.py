"""An address through which the files of runs go where server and workers share no folder.

The server lends a run to a worker, which trains a copy of its own and sends back what it wrote, in order:

    ADDRESS/token                             by which workers know that it is the server's
    ADDRESS/RUN/LOAN/out/NAME                 the run as it was lent, and its commands as they come
    ADDRESS/RUN/LOAN/ready                    all of it is there
    ADDRESS/RUN/LOAN/recalled                 nobody waits for it any more
    ADDRESS/RUN/LOAN/back/NUMBER.SIZE.KIND.NAME  what the worker wrote; gone when the server has it
    ADDRESS/RUN/LOAN/alive                    changes as long as the worker is alive

An address is anything that fsspec reads and writes: s3://bucket/lab, gs://, sftp://, file:///mnt/lab.
"""

import functools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn.core.errors import RunError

# What a worker may send. Nothing else is written, whatever comes.
KINDS = ("put", "drop", "rows", "gone", "end")
FILES = re.compile(
    r"(state\.json|checkpoint-\d{8}\.safetensors|snapshots/step-\d{8}-epoch-\d{1,9}\.\d{3}\.safetensors)\Z"
)
SLASH = "~"
COMMANDS = "commands.jsonl"
LENT = ("run.json", "state.json", "history.jsonl", COMMANDS)


class Exchange:
    """Reads and writes small whole files below one address.

    What a file system raises becomes one sentence; a file that is absent reads as None.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole; a reader may see it while it is still short.

        Raises:
            RunError: when the address cannot be written.
        """
        files, path = self._at(name)
        try:
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            files.pipe_file(path, content)
        except Exception as error:
            raise self._problem(error) from error

    def read(self, name: str) -> bytes | None:
        """Return a file, or None.

        Raises:
            RunError: when the address cannot be read.
        """
        files, path = self._at(name)
        try:
            content: bytes = files.cat_file(path)
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._problem(error) from error
        return content

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the files in a folder, by name, with their bytes.

        Raises:
            RunError: when the address cannot be read.
        """
        files, path = self._at(folder)
        try:
            found = files.find(path, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:
            raise self._problem(error) from error
        root = path.rstrip("/") + "/"
        return {name.removeprefix(root): int(facts["size"] or 0) for name, facts in found.items()}

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it; what is absent does no harm.

        Raises:
            RunError: when it cannot be removed.
        """
        files, path = self._at(name)
        try:
            files.rm(path, recursive=True)
        except FileNotFoundError:
            return
        except Exception as error:
            raise self._problem(error) from error

    def _at(self, name: str) -> tuple[Any, str]:
        try:
            files, root = _file_system(self.address, threading.get_ident())
        except Exception as error:
            raise self._problem(error) from error
        return files, f"{root.rstrip('/')}/{name}".rstrip("/")

    def _problem(self, error: Exception) -> RunError:
        words = str(error).splitlines()[0][:200] if str(error) else ""
        words = words.replace(self.address, shown(self.address))
        return RunError(
            f"The files at {shown(self.address)} cannot be reached ({type(error).__name__}: {words})."
        )


def shown(address: str) -> str:
    """Return an address as it may be shown to visitors: without a name and password in it.

    >>> shown("sftp://me:secret@host/lab"), shown("s3://bucket/lab")
    ('sftp://host/lab', 's3://bucket/lab')
    """
    return re.sub(r"//[^/]*@", "//", address)


@functools.lru_cache(maxsize=64)
def _file_system(address: str, _thread: int) -> tuple[Any, str]:
    """Return fsspec's file system and the path in it; nothing it has listed is remembered."""
    from fsspec.core import url_to_fs

    files, root = url_to_fs(address, use_listings_cache=False, skip_instance_cache=True)
    return files, root


@dataclass(frozen=True)
class Parcel:
    """One thing that a worker sent: a file, that one is gone, rows of the history, or that it has ended."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True)
class Loan:
    """A run that is lent; server and worker both hold one. `token` is another one each time."""

    address: str
    run_id: str
    token: str

    @property
    def _exchange(self) -> Exchange:
        return Exchange(self.address)

    def _place(self, name: str) -> str:
        return f"{self.run_id}/{self.token}/{name}"

    # The server's side

    def lend(self, folder: Path) -> None:
        """Put a run there, as it is in `folder`.

        Raises:
            RunError: when the address cannot be written, or the folder is gone.
        """
        names = [name for name in LENT if (folder / name).exists()]
        names += [str(path.relative_to(folder)) for path in folder.rglob("*") if _is_file_of(path, folder)]
        for name in dict.fromkeys(names):
            try:
                content = (folder / name).read_bytes()
            except OSError as error:
                raise RunError(f"{name} cannot be read: {error.strerror}.") from error
            self._exchange.write(self._place(f"out/{name}"), content)
        self._exchange.write(self._place("ready"), b"1")

    def send_commands(self, content: bytes) -> None:
        """Put the commands there, all of them."""
        self._exchange.write(self._place(f"out/{COMMANDS}"), content)

    def recall(self) -> None:
        """Say that nobody waits for the run any more."""
        self._exchange.write(self._place("recalled"), b"1")

    def parcels(self) -> Iterator[Parcel]:
        """Yield what has come whole, in the order it was sent.

        One that is not whole is the last, being written, or its sending broke off and it was sent again.
        """
        for name, size in sorted(self._exchange.sizes(self._place("back")).items()):
            number, said, kind, about = [*name.split(".", 3), "", "", ""][:4]
            if not (number.isdecimal() and said.isdecimal() and kind in KINDS) or int(said) != size:
                continue
            yield Parcel(name, kind, about.replace(SLASH, "/"))

    def content(self, parcel: Parcel) -> bytes:
        """Return what is in a parcel."""
        return self._exchange.read(self._place(f"back/{parcel.name}")) or b""

    def taken(self, parcel: Parcel) -> None:
        """Remove a parcel."""
        self._exchange.remove(self._place(f"back/{parcel.name}"))

    def pulse(self) -> bytes | None:
        """Return what changes as long as the worker is alive."""
        return self._exchange.read(self._place("alive"))

    def end(self) -> None:
        """Remove all of it."""
        self._exchange.remove(self._place(""))

    # The worker's side

    def is_ready(self) -> bool:
        """Whether all of the run is there."""
        return self._exchange.read(self._place("ready")) is not None

    def fetch(self, folder: Path) -> None:
        """Write the run into `folder`."""
        for name in self._exchange.sizes(self._place("out")):
            if name not in LENT and not FILES.match(name):
                continue
            content = self._exchange.read(self._place(f"out/{name}"))
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content or b"")
        (folder / "snapshots").mkdir(exist_ok=True)

    def commands(self) -> bytes:
        """Return the commands so far."""
        return self._exchange.read(self._place(f"out/{COMMANDS}")) or b""

    def is_recalled(self) -> bool:
        """Whether nobody waits for the run any more."""
        return self._exchange.read(self._place("recalled")) is not None

    def send(self, number: int, kind: str, about: str = "", content: bytes = b"") -> None:
        """Send a parcel; `number` is one more than that of the one before."""
        name = f"{number:08d}.{len(content)}.{kind}.{about.replace('/', SLASH)}"
        self._exchange.write(self._place(f"back/{name}"), content)

    def beat(self, number: int) -> None:
        """Say that the worker is alive."""
        self._exchange.write(self._place("alive"), str(number).encode())


def _is_file_of(path: Path, folder: Path) -> bool:
    return bool(FILES.match(str(path.relative_to(folder)))) and path.is_file()
