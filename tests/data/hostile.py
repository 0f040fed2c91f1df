"""Containers made to hurt, octet by octet, each field as the test wants it."""

import gzip
import struct
import zlib

ZIP_SIZE = 0xFFFFFFFF


class Zip:
    """A zip whose headers say what they are told to."""

    def __init__(self):
        self.body = b""
        self.directory = b""
        self.count = 0

    def add(self, name, content=b"x", *, local=None, method=0, flags=0, mode=0, **lies):
        """An entry; `local` is its name in the local header; lies: crc, size, packed, offset."""
        if method == 8:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = deflate.compress(content) + deflate.flush()
        else:
            packed = content
        crc = lies.get("crc", zlib.crc32(content))
        size = lies.get("size", len(content))
        length = lies.get("packed", len(packed))
        offset = lies.get("offset", len(self.body))
        extra = lies.get("extra", b"")
        first = name if local is None else local
        fields = (method, 0x58210000, crc, length, size)
        lied = (lies.get("local_method", method), 0x58210000, crc, length, lies.get("said", size))
        if "offset" not in lies:
            self.body += struct.pack("<IHH", 0x04034B50, 20, flags) + struct.pack("<HIIII", *lied)
            self.body += struct.pack("<HH", len(first), 0) + first + packed
        self.directory += struct.pack("<IHHH", 0x02014B50, 0x031E, 20, flags)
        self.directory += struct.pack("<HIIII", *fields)
        self.directory += struct.pack(
            "<HHHHHII", len(name), len(extra), 0, 0, 0, mode << 16, offset
        )
        self.directory += name + extra
        self.count += 1
        return self

    def done(self, *, entries=None, comment=b"", before=b"", after=b""):
        count = self.count if entries is None else entries
        place = len(self.body)
        end = struct.pack(
            "<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(self.directory), place, len(comment)
        )
        return before + self.body + self.directory + end + comment + after


def header(name, size=0, kind=b"0", *, mode=0o644, target=b"", prefix=b"", magic=b"ustar\x0000"):
    """The block of one tar entry, its checksum right."""
    octets = name.ljust(100, b"\0")[:100]
    octets += b"%07o\0%07o\0%07o\0" % (mode, 0, 0)
    octets += b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    octets += b"%011o\0" % 1_500_000_000 + b" " * 8 + kind + target.ljust(100, b"\0") + magic
    octets += bytes(64) + b"0000000\x000000000\0" + prefix
    octets = octets.ljust(512, b"\0")
    return octets[:148] + b"%06o\0 " % sum(octets) + octets[156:]


def member(name, content=b"x", kind=b"0", **fields):
    return header(name, len(content), kind, **fields) + content + bytes(-len(content) % 512)


def pax(kind=b"x", **records):
    """An extended header of these records."""
    octets = b""
    for keyword, value in records.items():
        body = b" " + keyword.replace("_", ".").encode() + b"=" + value + b"\n"
        length = len(body) + 1
        while len(b"%d" % length) + len(body) != length:
            length += 1
        octets += b"%d" % length + body
    return member(b"pax", octets, kind)


def long_name(name, kind=b"L"):
    return member(b"././@LongLink", name + b"\0", kind, magic=b"ustar  \0")


END = bytes(1024)


def tar(*members, end=END):
    return b"".join(members) + end


def squeezed(octets):
    return gzip.compress(octets, 9, mtime=0)
