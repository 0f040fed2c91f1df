"""Writes small OLE2 compound files ([MS-CFB], version 3), which no library here can."""

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALL = 4096
"""Below this size a stream would lie in the mini stream; all are filled up to it."""


def compound(streams: dict[str, bytes]) -> bytes:
    """A file with these streams; a name `folder/stream` lies in a storage.

    Streams are followed by zeros up to 4096 octets.
    """
    folders = sorted({name.split("/")[0] for name in streams if "/" in name})
    order = ["", *folders, *streams]
    children = {
        "": [*folders, *(n for n in streams if "/" not in n)],
        **{f: [n for n in streams if n.startswith(f + "/")] for f in folders},
    }
    contents = {name: data.ljust(_SMALL, b"\0") for name, data in streams.items()}
    directory_sectors = -(-len(order) * 128 // SECTOR)
    starts, place = {}, 1 + directory_sectors
    for name, data in contents.items():
        starts[name] = place
        place += -(-len(data) // SECTOR)
    fat = [FAT, *(n + 1 for n in range(1, directory_sectors)), END]
    for data in contents.values():
        count = -(-len(data) // SECTOR)
        first = len(fat)
        fat += [*range(first + 1, first + count), END]
    assert len(fat) <= SECTOR // 4, "one sector of the table is enough for tests"
    fat += [FREE] * (SECTOR // 4 - len(fat))
    directory = b"".join(_entry(n, order, children, contents, starts) for n in order)
    empty = struct.pack("<64sHBBIII", b"", 0, 0, 1, FREE, FREE, FREE).ljust(128, b"\0")
    directory += empty * (directory_sectors * SECTOR // 128 - len(order))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b""),
        *(0, 1, 1, 0, _SMALL, END, 0, END, 0, 0),
    )
    header += struct.pack("<I", FREE) * ((SECTOR - len(header)) // 4)
    table = b"".join(struct.pack("<I", it) for it in fat)
    body = b"".join(d.ljust(-(-len(d) // SECTOR) * SECTOR, b"\0") for d in contents.values())
    return header + table + directory + body


def _entry(name, order, children, contents, starts) -> bytes:
    kind = 5 if not name else 2 if name in contents else 1
    shown = (name.rpartition("/")[2] or "Root Entry").encode("utf-16-le") + b"\0\0"
    own = children.get(name, [])
    child = order.index(own[0]) if own else FREE
    siblings = next((those for those in children.values() if name in those), [])
    after = siblings.index(name) + 1 if name in siblings else 0
    right = order.index(siblings[after]) if 0 < after < len(siblings) else FREE
    head = struct.pack("<64sHBBIII", shown, len(shown), kind, 1, FREE, right, child)
    start = starts.get(name, END if kind == 5 else 0)
    size = len(contents.get(name, b""))
    return (head + bytes(36) + struct.pack("<IQ", start, size)).ljust(128, b"\0")
