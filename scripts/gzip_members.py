#!/usr/bin/env python3
"""Packs the parts of a model as gzip members, one behind the other, so that each can be unpacked alone; `gunzip` unpacks them all. Trains nothing.

train-model.py uses it. By hand it packs a model anew, whatever packed it before:

    python3 scripts/gzip_members.py src/data/model.bin.gz
"""

import gzip
import struct
import sys
import zlib


def member(part):
    """One gzip member (RFC 1952) whose extra field `JW` says how many bytes it is."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(part) + packer.flush()
    size = 20 + len(body) + 8
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x02\xff" + struct.pack("<HBBHI", 8, ord("J"), ord("W"), 4, size)
    return head + body + struct.pack("<II", zlib.crc32(part), len(part) & 0xFFFFFFFF)


def pack(model):
    """A model, which begins with the sizes of its parts, as members: that head, then each part."""
    count = struct.unpack_from("<I", model, 4)[0]
    at = 8 + 4 * count
    members = [member(model[:at])]
    for size in struct.unpack_from(f"<{count}I", model, 8):
        members.append(member(model[at : at + size]))
        at += size
    assert at == len(model)
    return b"".join(members)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as f:
        packed = pack(gzip.decompress(f.read()))
    with open(sys.argv[1], "wb") as f:
        f.write(packed)
    print(f"{len(packed)} bytes")
