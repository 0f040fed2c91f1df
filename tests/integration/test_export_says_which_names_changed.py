"""An export counts every file whose name in the bag is not the one that was submitted."""

import os

CHANGED = [
    b"line\nbreak.txt",
    b"latin-\xe9.txt",
    b"a^b.txt",
    b"50%.txt",
    b"space ",
    b"folder /file",
]
KEPT = ["Vushtrri-ë.txt".encode(), b"dots...", b".hidden"]


def test_every_changed_name_counts(arkiv, tmp_path):
    for name in CHANGED + KEPT:
        place = os.path.join(os.fsencode(tmp_path / "sip"), name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(name)
    _, (receipt,) = arkiv("ingest", tmp_path / "sip")

    _, (bag,) = arkiv("export", receipt["aip_id"], "--to", tmp_path / "out")

    assert bag["escaped_names"] == len(CHANGED)
    assert bag["files"] > len(CHANGED + KEPT)
