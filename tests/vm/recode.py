# SPDX-License-Identifier: GPL-2.0-or-later
"""A kdump file with raw pages, written again with snappy pages.

No makedumpfile and no QEMU of Debian's can write snappy, though files of that kind
exist; this makes one out of a real dump. Little-endian LP64 dumps only.
"""

import ctypes
import ctypes.util
import struct

STATUS, BLOCK_SIZE, SUB_HDR_SIZE, BITMAP_BLOCKS = 424, 428, 432, 436
SNAPPY = 4
DESCRIPTOR = struct.Struct("<qIIQ")


class Snappy:
    def __init__(self):
        self.lib = ctypes.CDLL(ctypes.util.find_library("snappy") or "libsnappy.so.1")
        self.lib.snappy_max_compressed_length.restype = ctypes.c_size_t
        self.lib.snappy_max_compressed_length.argtypes = [ctypes.c_size_t]

    def compress(self, data):
        room = ctypes.c_size_t(self.lib.snappy_max_compressed_length(len(data)))
        out = ctypes.create_string_buffer(room.value)
        if self.lib.snappy_compress(data, ctypes.c_size_t(len(data)), out,
                                    ctypes.byref(room)):
            raise ValueError("snappy_compress failed")
        return out.raw[:room.value]


def recode(source, target):
    with open(source, "rb") as raw:
        data = raw.read()
    block, sub, bitmap = struct.unpack_from("<iII", data, BLOCK_SIZE)
    start = block * (1 + sub + bitmap)
    half = block * bitmap // 2
    pages = int.from_bytes(data[start - half:start], "little").bit_count()
    snappy, moved, body = Snappy(), {}, []
    at = start + pages * DESCRIPTOR.size
    descriptors = bytearray()
    for number in range(pages):
        offset, size, flags, more = DESCRIPTOR.unpack_from(
            data, start + number * DESCRIPTOR.size)
        if flags or size != block:
            raise ValueError(f"{source}: page {number} is not raw")
        if offset not in moved:
            page = data[offset:offset + size]
            packed = snappy.compress(page)
            entry = (at, len(packed), SNAPPY) if len(packed) < size else (at, size, 0)
            body.append(packed if entry[2] else page)
            moved[offset] = entry
            at += entry[1]
        descriptors += DESCRIPTOR.pack(*moved[offset], more)
    head = bytearray(data[:start])
    struct.pack_into("<I", head, STATUS, struct.unpack_from("<I", head, STATUS)[0] | SNAPPY)
    with open(target, "wb") as out:
        out.write(head)
        out.write(descriptors)
        out.write(b"".join(body))
