"""Reads ArrayRecord, in which TFDS stores data sets for JAX and PyTorch, without the package that writes it.

An ArrayRecord file is a Riegeli/records file (its specification: doc/riegeli_records_file_format.md of
google/riegeli), whose last chunks are an index. Every 64 KiB a header for seeking interrupts whatever stands there.
"""

import struct
from collections.abc import Iterator

BLOCK, BLOCK_HEADER = 1 << 16, 24
SIGNATURE, PADDING, RECORDS = b"spr"  # kinds of chunks
PLAIN, ZSTD = 0, ord("z")  # ways of compression
MAX_CHUNK_BYTES = 16_000_000  # TFDS writes each example as a chunk of its own


def records(content: bytes) -> Iterator[bytes]:
    """Yield the records of an ArrayRecord file in the order in which they stand in it; checksums are not read.

    Raises:
        ValueError, struct.error, IndexError, OSError: if it is none, is cut, or is compressed other than by zstd.
    """
    if len(content) % BLOCK or not content:
        raise ValueError("An ArrayRecord file consists of whole blocks of 64 KiB.")
    _, kind, count, data = _chunk(content, len(content) - BLOCK)  # the postscript, in the last block
    first = next(_split(kind, count, data), b"")
    index, _ = varint(first, 1)  # field 1 of a protocol buffer: where the index begins
    place = 0
    while place < index:
        place, kind, count, data = _chunk(content, place)
        yield from _split(kind, count, data)


def _chunk(content: bytes, place: int) -> tuple[int, int, int, bytes]:
    """Return the end of the chunk that begins at `place`, its kind, its number of records, its data."""
    header, after = _read(content, place, 40)
    _, size, _, kind_and_count, decoded = struct.unpack("<5Q", header)
    kind, count = kind_and_count & 0xFF, kind_and_count >> 8
    if max(size, decoded, count) > MAX_CHUNK_BYTES:
        raise ValueError("A chunk is too large.")
    data, end = _read(content, after, size)
    end = max(end, place + count)  # each record has a position of its own
    if 0 < end % BLOCK <= BLOCK_HEADER:  # no chunk begins in a header or right after it
        end += BLOCK_HEADER + 1 - end % BLOCK
    return end, kind, count, data


def _read(content: bytes, place: int, size: int) -> tuple[bytes, int]:
    """Return so many bytes from `place` on without the headers of blocks, and where they end."""
    parts: list[bytes] = []
    while size:
        if place % BLOCK == 0:
            place += BLOCK_HEADER
        part = content[place : place + min(size, BLOCK - place % BLOCK)]
        if not part:
            raise ValueError("cut")
        parts.append(part)
        place += len(part)
        size -= len(part)
    return b"".join(parts), place


def _split(kind: int, count: int, data: bytes) -> Iterator[bytes]:
    """Yield the records of a chunk, which has none if it only signs or fills the file."""
    if kind in (SIGNATURE, PADDING):
        return
    if kind != RECORDS:
        raise ValueError("a kind of chunk that TFDS does not write")
    size, start = varint(data, 1)
    sizes = _decompressed(data[0], data[start : start + size])
    values = _decompressed(data[0], data[start + size :])
    at = begin = 0
    for _ in range(count):
        length, at = varint(sizes, at)
        if length > len(values) - begin:
            raise ValueError("cut")
        yield values[begin : begin + length]
        begin += length


def _decompressed(way: int, data: bytes) -> bytes:
    if way == PLAIN:
        return data
    if way != ZSTD:
        raise ValueError("another compression than zstd")
    import pyarrow

    size, start = varint(data, 0)
    if size > MAX_CHUNK_BYTES:
        raise ValueError("A chunk is too large.")
    content: bytes = pyarrow.Codec("zstd").decompress(data[start:], decompressed_size=size, asbytes=True)
    return content


def varint(content: bytes, place: int) -> tuple[int, int]:
    """Return the integer that begins at `place`, seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
    raise ValueError("a number without an end")
