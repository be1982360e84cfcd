"""The history as a TensorBoard event file, written without TensorFlow or TensorBoard.

An event file is a TFRecord file of `Event` messages (tensorflow/core/util/event.proto). `tf.summary.scalar` of
TensorFlow 2 would store tensors, of which readers keep only ten per tag, and needs TensorBoard to be installed.
TensorBoard shows the older `simple_value` as a scalar, too.
"""

import struct
from collections.abc import Iterator
from functools import cache

from cnn.exports.source import Exported, Source

NOTE = (
    "Put it into a folder of its own, named after the network, and give tensorboard --logdir the folder around it: "
    "TensorBoard takes all files of one folder for one run."
)
# CRC-32C (Castagnoli), reflected
POLYNOMIAL = 0x82F63B78
MASK_DELTA = 0xA282EAD8
QUANTITIES = {
    "progress": {
        "loss": "loss/training",
        "accuracy": "accuracy/training",
        "learning_rate": "learning_rate",
        "images_per_second": "images_per_second",
    },
    "epoch": {"validation_loss": "loss/validation", "validation_accuracy": "accuracy/validation"},
}


def export_tensorboard(source: Source) -> Exported:
    """Return the history as an event file, for a folder of its own: all event files of a folder are one run."""
    content = b"".join(_record(event) for event in _events(source))
    return Exported(f"events.out.tfevents.0.{source.stem}", "application/octet-stream", content, NOTE)


def _events(source: Source) -> Iterator[bytes]:
    yield _double(1, 0.0) + _bytes(3, b"brain.Event:2")
    for row in source.history:
        tags = QUANTITIES.get(str(row.get("kind")), {})
        values = b"".join(
            _bytes(1, _bytes(1, tag.encode()) + _float(2, float(row[name])))
            for name, tag in tags.items()
            if row.get(name) is not None
        )
        if values:
            # wall_time: seconds of training steps, the only time that the history contains
            yield _double(1, float(row.get("seconds") or 0)) + _whole(2, int(row["step"])) + _bytes(5, values)


def _record(message: bytes) -> bytes:
    """Return a TFRecord: length, its checksum, the message, its checksum."""
    length = struct.pack("<Q", len(message))
    return length + struct.pack("<I", _masked(length)) + message + struct.pack("<I", _masked(message))


def _masked(content: bytes) -> int:
    found = crc32c(content)
    return ((found >> 15 | found << 17) + MASK_DELTA) & 0xFFFFFFFF


def crc32c(content: bytes) -> int:
    """Return the CRC-32C of some bytes.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    table, found = _crc_table(), 0xFFFFFFFF
    for byte in content:
        found = table[(found ^ byte) & 0xFF] ^ found >> 8
    return found ^ 0xFFFFFFFF


@cache
def _crc_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (POLYNOMIAL if number & 1 else 0)
        table.append(number)
    return tuple(table)


# Protocol buffers: a field is its number and wire type, then the value.


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _whole(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _double(field: int, number: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", number)


def _float(field: int, number: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content
