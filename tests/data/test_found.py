"""CIFAR-10 as other programs keep it: found, read without unpickling, identified, taken over; and what is not."""

import io
import lzma
import pickle
import struct
import tarfile
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cnn.core.errors import DataError
from cnn.data import array_record as array_record_file
from cnn.data import containers, found, layout
from cnn.data.batch_pickle import read_batch
from cnn.data.classes import CLASSES

RNG = np.random.default_rng(4)
Records = NDArray[np.uint8]


def some(count: int, seed: int = 0) -> Records:
    rng = np.random.default_rng(seed)
    records = rng.integers(0, 256, (count, 3073)).astype(np.uint8)
    records[:, 0] = np.arange(count) % 10
    return records


# Batch files as Python 2 wrote them: protocol 2, strings as bytes


def string(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text if len(text) < 256 else b"T" + struct.pack("<i", len(text)) + text


def number(value: int) -> bytes:
    return b"K" + bytes([value]) if value < 256 else b"M" + struct.pack("<H", value)


def python2_batch(records: Records) -> bytes:
    """Return what cPickle of Python 2 wrote of {"batch_label", "labels", "data", "filenames"}."""
    count = len(records)
    kind = (
        b"cnumpy\ndtype\n" + string(b"u1") + b"K\x00K\x01\x87R(K\x03" + string(b"|") + b"NNNJ\xff\xff\xff\xff"
    )
    kind += b"J\xff\xff\xff\xffK\x00tb"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85"
        + string(b"b")
        + b"\x87R"
    )
    array += (
        b"(K\x01" + number(count) + number(3072) + b"\x86" + kind + b"\x89" + string(records[:, 1:].tobytes())
    )
    array += b"tb"
    labels = b"]q\x03(" + b"".join(number(int(label)) for label in records[:, 0]) + b"e"
    names = b"](" + b"".join(string(b"frog_s_%06d.png" % i) for i in range(count)) + b"e"
    entries = string(b"batch_label") + string(b"training batch 1 of 5") + string(b"labels") + labels
    entries += string(b"data") + array + string(b"filenames") + names
    return b"\x80\x02}q\x00(" + entries + b"u."


def test_the_helper_writes_what_pickle_reads() -> None:
    records = some(30)
    read = pickle.loads(python2_batch(records), encoding="latin-1")
    np.testing.assert_array_equal(read["data"], records[:, 1:])
    assert read["labels"] == records[:, 0].tolist()


def test_a_batch_file_is_read_without_unpickling(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("unpickled")

    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, never)
    records = some(300)
    planes, labels = read_batch(python2_batch(records), "data_batch_1")
    np.testing.assert_array_equal(planes, records[:, 1:])
    np.testing.assert_array_equal(labels, records[:, 0])


def test_the_older_protocol_is_read_too() -> None:
    """Protocol 1 has no PROTO, and writes tuples with a mark and False as a line of text."""
    records = some(3)
    content = python2_batch(records)[2:].replace(b"K\x00\x85", b"(K\x00t").replace(b"\x89T", b"I00\nT")
    planes, _ = read_batch(content, "data_batch_1")
    np.testing.assert_array_equal(planes, records[:, 1:])


class Calls:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return (print, ("run",))


def refused_batches() -> dict[str, bytes]:
    batch = python2_batch(some(4))
    return {
        "a call": pickle.dumps(Calls(), 2),
        "a call in the data": b"\x80\x02}(" + string(b"data") + pickle.dumps(Calls(), 2)[2:-1] + b"u.",
        "another name": batch.replace(b"numpy\ndtype", b"numpy\nsum12"),
        "a persistent name": b"\x80\x02Q.",
        "another type of numbers": batch.replace(string(b"u1"), string(b"f4")),
        "a list": pickle.dumps([1, 2, 3], 2),
        "nothing": b"",
        "no pickle": b"PNG" * 100,
        "cut": batch[: len(batch) // 2],
        "no end": batch[:-1],
        "labels too few": python2_batch(some(4)).replace(b"K\x03e", b"e"),
        "a newer protocol": pickle.dumps({"data": b"", "labels": []}, 4),
        "a shape that lies": batch.replace(number(3072), number(3071)),
        "nothing before a mark": b"\x80\x02t.",
        "state of a dict": b"\x80\x02}}b.",
        "a string that is longer than the file": b"\x80\x02T\xff\xff\xff\x7fabc.",
    }


@pytest.mark.parametrize("name", refused_batches())
def test_any_other_pickle_is_refused_and_nothing_of_it_runs(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError, match="is not a batch"):
        read_batch(refused_batches()[name], "data_batch_1")
    assert capsys.readouterr().out == ""


def test_a_batch_file_that_is_too_large_is_not_parsed() -> None:
    with pytest.raises(DataError, match="larger than a batch"):
        read_batch(bytes(40_000_001), "data_batch_1")
    with pytest.raises(DataError, match="is not a batch"):
        read_batch(b"\x80\x02" + b"N" * 300_000, "data_batch_1")


# Containers


@pytest.fixture(name="small")
def fixture_small(monkeypatch: pytest.MonkeyPatch) -> tuple[Records, Records]:
    """Return 50 training and 10 test records, with all that knows the true sizes told of these."""
    for module in (layout, containers):
        monkeypatch.setattr(module, "FILE_BYTES", 10 * 3073)
    monkeypatch.setattr(layout, "PICTURES", 10)
    monkeypatch.setattr(found, "PICTURES", 10)
    return some(50, 1), some(10, 2)


def write_binary(folder: Path, train: Records, test: Records) -> None:
    folder.mkdir(parents=True)
    for name, part in zip((*layout.TRAIN_FILES, layout.TEST_FILE), [*np.split(train, 5), test], strict=True):
        part.tofile(folder / name)


def write_python(folder: Path, train: Records, test: Records) -> None:
    folder.mkdir(parents=True)
    for name, part in zip(containers.PYTHON_FILES, [*np.split(train, 5), test], strict=True):
        (folder / name).write_bytes(python2_batch(part))


def png(record: Records) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(record[1:].reshape(3, 32, 32).transpose(1, 2, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def write_folders(folder: Path, train: Records, test: Records) -> None:
    for split, records in (("train", train), ("test", test)):
        for i, record in enumerate(records):
            path = folder / split / CLASSES[record[0]] / f"{i:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(record))


def write_parquet(
    folder: Path, train: Records, test: Records, name: str = "{}-00000-of-00001.parquet"
) -> None:
    import pyarrow
    import pyarrow.parquet

    for split, records in (("train", train), ("test", test)):
        path = folder / name.format(split)
        path.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows_of(records)), path)


def write_to_parquet(folder: Path, train: Records, test: Records) -> None:
    write_parquet(folder, train, test, "{}.parquet")


def write_converted(folder: Path, train: Records, test: Records) -> None:
    write_parquet(folder, train, test, "{}/0000.parquet")


def write_arrow(
    folder: Path, train: Records, test: Records, name: str = "cifar10-{}-0000{}-of-00002.arrow"
) -> None:
    """Write Arrow streams in two parts, as `datasets` does for its cache."""
    import pyarrow

    for split, records in (("train", train), ("test", test)):
        for number, part in enumerate(np.array_split(records, 2)):
            path = folder / name.format(split, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            table = pyarrow.Table.from_pylist(rows_of(part))
            with pyarrow.ipc.new_stream(path, table.schema) as stream:
                stream.write_table(table)


def write_saved(folder: Path, train: Records, test: Records) -> None:
    write_arrow(folder, train, test, "{}/data-0000{}-of-00002.arrow")


def rows_of(records: Records) -> list[dict[str, object]]:
    return [{"img": {"bytes": png(r), "path": None}, "label": int(r[0])} for r in records]


def field(key: int, content: bytes) -> bytes:
    """Return a field of a protocol buffer that has a length."""
    return bytes([key << 3 | 2]) + varint(len(content)) + content


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def tfds_examples(split: str, records: Records) -> list[bytes]:
    """Return examples in another order, as TFDS shuffles them."""
    messages = []
    for i in np.random.default_rng(1).permutation(len(records)).tolist():
        values = {
            "id": field(1, field(1, f"{split}_{i:05d}".encode())),
            "image": field(1, field(1, png(records[i]))),
            "label": field(3, field(1, varint(int(records[i, 0])))),
        }
        entries = [field(1, name.encode()) + field(2, value) for name, value in values.items()]
        messages.append(field(1, b"".join(field(1, entry) for entry in entries)))
    return messages


def write_tfds(folder: Path, train: Records, test: Records) -> None:
    folder.mkdir(parents=True)
    for split, records in (("train", train), ("test", test)):
        parts = [
            struct.pack("<Q", len(message)) + bytes(4) + message + bytes(4)
            for message in tfds_examples(split, records)
        ]
        (folder / f"cifar10-{split}.tfrecord-00000-of-00001").write_bytes(b"".join(parts))


def write_array_records(folder: Path, train: Records, test: Records) -> None:
    folder.mkdir(parents=True)
    for split, records in (("train", train), ("test", test)):
        content = array_record(tfds_examples(split, records))
        (folder / f"cifar10-{split}.array_record-00000-of-00001").write_bytes(content)


def array_record(messages: list[bytes]) -> bytes:
    """Return an ArrayRecord file without checksums and index, each message in a chunk of its own."""
    import pyarrow

    out, block = bytearray(), 1 << 16

    def compressed(part: bytes) -> bytes:
        return varint(len(part)) + pyarrow.Codec("zstd").compress(part, asbytes=True)

    def chunk(kind: bytes, message: bytes | None) -> None:
        body = b""
        if message is not None:
            sizes = compressed(varint(len(message)))
            body = b"z" + varint(len(sizes)) + sizes + compressed(message)
        kind_and_count = kind[0] | (message is not None) << 8
        for byte in struct.pack("<5Q", 0, len(body), 0, kind_and_count, len(message or b"")) + body:
            if len(out) % block == 0:
                out.extend(bytes(24))
            out.append(byte)
        while 0 < len(out) % block <= 24:
            out.append(0)

    chunk(b"s", None)
    for message in messages:
        chunk(b"r", message)
    index = len(out)
    out.extend(bytes(-len(out) % block))
    chunk(b"r", b"\x08" + varint(index))
    out.extend(bytes(-len(out) % block))
    return bytes(out)


WRITERS = {
    "the binary version": (write_binary, "cifar-10-batches-bin"),
    "the python version, as Keras and torchvision keep it": (
        write_python,
        "datasets/cifar-10-batches-py-target/cifar-10-batches-py",
    ),
    "TFDS": (write_tfds, "cifar10/3.0.2"),
    "TFDS's ArrayRecord files": (write_array_records, "cifar10/3.0.2"),
    "Hugging Face's parquet files": (write_parquet, "snapshots/abc/plain_text"),
    "Hugging Face's parquet files, converted by it": (write_converted, "plain_text"),
    "Hugging Face's cache of Arrow files": (write_arrow, "plain_text/0.0.0/abc"),
    "what Hugging Face's save_to_disk wrote": (write_saved, "saved"),
}


@pytest.mark.parametrize("title", WRITERS)
def test_each_form_is_found_below_a_folder_and_read_in_the_official_order(
    title: str, small: tuple[Records, Records], tmp_path: Path
) -> None:
    write, place = WRITERS[title]
    write(tmp_path / place, *small)
    container = containers.find(tmp_path)
    assert (container.title, container.path) == (title, tmp_path / place)
    for records, wanted in zip(container.read(container.path), small, strict=True):
        np.testing.assert_array_equal(records, wanted)


def test_what_to_parquet_wrote_is_read(small: tuple[Records, Records], tmp_path: Path) -> None:
    write_to_parquet(tmp_path, *small)
    for records, wanted in zip(containers.find(tmp_path).read(tmp_path), small, strict=True):
        np.testing.assert_array_equal(records, wanted)


@pytest.mark.parametrize("name", ["zstd", "plain"])
def test_files_of_the_package_array_record_are_read(name: str) -> None:
    """Written by array_record 0.8.6: one record a chunk and zstd as TFDS does it; eight a chunk, uncompressed."""
    content = lzma.decompress(Path(__file__).with_name(f"{name}.array_record.xz").read_bytes())
    wanted = [bytes([i]) * (100 * i) for i in range(40)] + [b"x" * 140_000]  # the last one fills two blocks
    assert list(array_record_file.records(content)) == wanted


@pytest.mark.parametrize("cut", [1, 1 << 16])
def test_an_array_record_that_is_cut_is_refused(
    cut: int, small: tuple[Records, Records], tmp_path: Path
) -> None:
    write_array_records(tmp_path / "cifar10", *small)
    path = tmp_path / "cifar10" / "cifar10-train.array_record-00000-of-00001"
    path.write_bytes(path.read_bytes()[:-cut])
    container = containers.find(tmp_path)
    with pytest.raises(DataError, match=r"cifar10-train\.array_record.* is not a file of TFDS's cifar10"):
        container.read(container.path)


def test_folders_of_pngs_are_read_class_by_class(small: tuple[Records, Records], tmp_path: Path) -> None:
    write_folders(tmp_path / "images", *small)
    container = containers.find(tmp_path)
    assert container.title == "PNGs in folders"
    for records, wanted in zip(container.read(container.path), small, strict=True):
        np.testing.assert_array_equal(records, wanted[np.argsort(wanted[:, 0], kind="stable")])


def test_a_table_of_paths_is_refused_and_no_path_in_it_is_read(tmp_path: Path) -> None:
    """So to_parquet of datasets 5.2.0 writes what it has loaded from a folder of pictures."""
    import pyarrow
    import pyarrow.parquet

    (tmp_path / "cat.png").write_bytes(png(some(1)[0]))
    rows = [{"image": {"bytes": None, "path": str(tmp_path / "cat.png")}, "label": 3}]
    schema = pyarrow.schema(
        {
            "image": pyarrow.struct({"bytes": pyarrow.binary(), "path": pyarrow.string()}),
            "label": pyarrow.int64(),
        }
    )
    for split in ("train", "test"):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema), tmp_path / f"{split}.parquet")
    with pytest.raises(DataError, match=r"train\.parquet has only the paths of its pictures"):
        containers.find(tmp_path).read(tmp_path)


def test_folders_of_jpegs_are_refused_by_their_format(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / split / "airplane").mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(tmp_path / split / "airplane" / "1.jpg")
    with pytest.raises(DataError, match=r"train/CLASS or test/CLASS has no PNG files"):
        containers.find(tmp_path).read(tmp_path)


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA"])
def test_a_png_without_loss_may_be_grey_or_have_a_palette_or_opacity(mode: str) -> None:
    """As programs write it that shrink PNGs; the pixels are the same."""
    rng = np.random.default_rng(5)
    if mode == "P":
        colours, places = rng.integers(0, 256, (200, 3)).astype(np.uint8), rng.integers(0, 200, (32, 32))
        picture = Image.fromarray(places.astype(np.uint8)).convert("P")
        picture.putpalette(colours.tobytes())
        wanted = colours[places]
    elif mode == "RGBA":
        wanted = rng.integers(0, 256, (32, 32, 3)).astype(np.uint8)
        picture = Image.fromarray(wanted).convert(mode)
    else:
        grey = rng.integers(0, 2 if mode == "1" else 256, (32, 32)).astype(np.uint8) * (
            255 if mode == "1" else 1
        )
        picture, wanted = Image.fromarray(grey).convert(mode), np.repeat(grey[..., None], 3, axis=2)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    assert Image.open(buffer).mode == mode
    np.testing.assert_array_equal(containers._png(buffer.getvalue()), wanted)


@pytest.mark.parametrize("title", list(WRITERS)[:2])
def test_archives_are_read_whatever_their_folders_are_called(
    title: str, small: tuple[Records, Records], tmp_path: Path
) -> None:
    write, _ = WRITERS[title]
    write(tmp_path / "files", *small)
    with tarfile.open(tmp_path / "archive.tar.gz", "w:gz") as archive:
        for path in sorted((tmp_path / "files").iterdir()):
            archive.add(path, f"../../somewhere/{path.name}")
    for folder, name in (("tv", "cifar-10-python.tar.gz"), ("keras", "cifar-10-batches-py.tar.gz")):
        archived = tmp_path / folder / name
        archived.parent.mkdir()
        archived.hardlink_to(tmp_path / "archive.tar.gz")
        assert containers.find(archived.parent).path == archived  # as torchvision and older Keras leave it
    container = containers.find(tmp_path / "archive.tar.gz")
    for records, wanted in zip(container.read(container.path), small, strict=True):
        np.testing.assert_array_equal(records, wanted)


def test_what_is_no_cifar10_is_refused_with_the_forms_that_are(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DataError, match=r"There is no CIFAR-10 in .* TFDS"):
        found.take_over(tmp_path, tmp_path / "data")
    with pytest.raises(DataError, match=r"There is no folder or file .*absent"):
        found.take_over(tmp_path / "absent", tmp_path / "data")
    np.savez(tmp_path / "cifar10.npz", train_images=np.zeros((2, 32, 32, 3), np.uint8), train_labels=[0, 1])
    for name in ("notes.txt", "cifar10.npz"):
        with pytest.raises(
            DataError, match=r"not an archive that can be read \([^\n]*\)\. Unpack a ZIP .* Known are .* TFDS"
        ):
            found.take_over(tmp_path / name, tmp_path / "data")
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(tmp_path / "notes.txt", "notes.txt")
    with pytest.raises(DataError, match="not an archive of CIFAR-10"):
        found.take_over(tmp_path / "other.tar", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_picture_of_another_size_is_refused_before_its_pixels_are_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 2000)).save(buffer, "PNG", compress_level=9)
    for content, said in (
        (buffer.getvalue()[:8000], "2000×2000"),
        (b"text", "not a PNG"),
        (bytes(9000), "bytes"),
    ):
        with pytest.raises(DataError, match=said):
            containers._png(content)


# Which data set it is


def half_means(records: Records) -> list[list[float]]:
    """Return, by plain loops, the mean red, green and blue of rows 0 to 15 and of rows 16 to 31, class by class."""
    rows = []
    for label in range(10):
        pictures = [r[1:].reshape(3, 32, 32) for r in records if r[0] == label]
        rows.append(
            [
                float(np.mean([picture[colour, half] for picture in pictures]))
                for half in (slice(16), slice(16, 32))
                for colour in range(3)
            ]
        )
    return rows


@pytest.fixture(name="whole")
def fixture_whole(monkeypatch: pytest.MonkeyPatch, small: tuple[Records, Records]) -> tuple[Records, Records]:
    """Return records that are taken for CIFAR-10 itself here."""
    train, test = small
    sums = [md5(part.tobytes()).hexdigest() for part in [*np.split(train, 5), test]]
    official = dict(zip((*layout.TRAIN_FILES, layout.TEST_FILE), sums, strict=True))
    for module in (layout, found):
        monkeypatch.setattr(module, "OFFICIAL_MD5", official)
    monkeypatch.setattr(found, "ANY_ORDER", (found._any_order(train), found._any_order(test)))
    means = {"training": half_means(train), "test": half_means(test)}
    monkeypatch.setattr(found, "MEAN_COLOURS", means)
    monkeypatch.setattr(found, "EACH", (5, 1))
    monkeypatch.setattr(layout, "_balance", lambda *_: "")
    return train, test


def test_cifar10_itself_is_verified_and_written_as_its_binary_version(
    whole: tuple[Records, Records], tmp_path: Path
) -> None:
    write_python(tmp_path / "cifar-10-batches-py", *whole)
    taken = found.take_over(tmp_path / "cifar-10-batches-py", tmp_path / "data")
    assert taken.source == "CIFAR-10"
    batches = tmp_path / "data" / "cifar-10-batches-bin"
    assert (batches / "test_batch.bin").read_bytes() == whole[1].tobytes()
    assert layout.source(batches) == "CIFAR-10"
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["cifar-10-batches-bin"]


def test_another_order_and_changed_pixels_are_told_apart(
    whole: tuple[Records, Records], tmp_path: Path
) -> None:
    train, test = whole
    shuffled = train[np.random.default_rng(0).permutation(50)]
    assert found.identify(train, test) == "CIFAR-10"
    assert found.identify(shuffled, test) == found.SHUFFLED
    changed = train.copy()
    changed[:, 1:] ^= 1
    assert found.identify(changed, test) == found.CHANGED
    darker = train.copy()
    darker[:, 1:] //= 2
    with pytest.raises(DataError, match="This is not CIFAR-10: as many pictures"):
        found.identify(darker, test)
    for records, name in (
        (train, "CIFAR-10"),
        (shuffled, f"{found.SHUFFLED}, put there by hand"),
        (changed, f"{found.CHANGED}, put there by hand"),
        (darker, "not CIFAR-10: as many pictures and classes, but other pictures"),
    ):
        write_binary(tmp_path / name, records, test)
        assert found.named(tmp_path / name) == name
    fewer = train.copy()
    fewer[0, 0] = 1
    with pytest.raises(DataError, match=r"This is not CIFAR-10: 50 training pictures, of which 4 to 6"):
        found.identify(fewer, test)
    write_binary(tmp_path / "by-hand", shuffled, test)
    taken = found.take_over(tmp_path / "by-hand", tmp_path / "data")
    assert layout.source(tmp_path / "data" / "cifar-10-batches-bin") == taken.source == found.SHUFFLED


def pictures_of(records: Records) -> Records:
    return records[:, 1:].reshape(-1, 3, 32, 32)


def with_pictures(records: Records, pictures: Records) -> Records:
    return np.hstack([records[:, :1], pictures.reshape(len(records), -1)])


def test_exchanged_rows_and_columns_and_exchanged_splits_are_not_taken_for_a_jpeg_copy(
    whole: tuple[Records, Records],
) -> None:
    """All of them keep the mean colours of every class, or those of its training pictures."""
    train, test = (with_pictures(part, pictures_of(part) // 2) for part in whole)
    train[:, 1 : 1 + 512] += 90  # a bright sky, in red
    test[:, 1 : 1 + 512] += 90
    for split, part in (("training", train), ("test", test)):
        found.MEAN_COLOURS[split] = half_means(part)  # type: ignore[assignment]
    assert found.identify(train, test) == found.CHANGED
    turned = [with_pictures(part, pictures_of(part).swapaxes(2, 3)) for part in (train, test)]
    with pytest.raises(DataError, match="with the rows and columns of its pictures exchanged"):
        found.identify(turned[0], turned[1])
    with pytest.raises(DataError, match="but other training pictures"):
        found.identify(with_pictures(train, pictures_of(train)[:, :, ::-1]), test)
    with pytest.raises(DataError, match="but other test pictures"):
        found.identify(train, train[:10])


def test_the_real_one_is_recognised_whatever_its_order(real_data: Path) -> None:
    batches = layout.batches_folder(real_data)
    train, test = containers.find(batches).read(batches)
    source = found.identify(train, test)
    assert source in ("CIFAR-10", found.SHUFFLED, found.CHANGED)
    assert (source == "CIFAR-10") == layout.is_official(batches)
    if source == "CIFAR-10":
        assert found.identify(train[::-1], test) == found.SHUFFLED
        assert np.abs(np.array(half_means(test)) - found.MEAN_COLOURS["test"]).max() < 0.006  # two digits
        turned = [with_pictures(part, pictures_of(part).swapaxes(2, 3)) for part in (train, test)]
        with pytest.raises(DataError, match="rows and columns"):
            found.identify(turned[0], turned[1])
        resplit = train.copy()
        place = np.concatenate([np.flatnonzero(train[:, 0] == label)[:1000] for label in range(10)])
        resplit[place] = test[np.argsort(test[:, 0], kind="stable")]
        with pytest.raises(DataError, match="not CIFAR-10"):
            found.identify(resplit, train[place])


def test_the_usual_places_are_those_of_the_programs(
    small: tuple[Records, Records], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KERAS_HOME", "TFDS_DATA_DIR", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert found.on_this_machine() is None
    folder = tmp_path / ".keras/datasets/cifar-10-batches-py-target/cifar-10-batches-py"
    write_python(folder, *small)
    assert found.on_this_machine() == folder
