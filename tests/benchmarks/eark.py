"""(d) Checking an E-ARK SIP whose METS lists 100,000 files: seconds, and peak memory.

All of `arkiv check`: every rule, what lies behind every link, and every checksum. Set ARKIV_BENCH
to a folder with room for 600 MiB; ARKIV_BENCH_FILES for fewer files.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

from _measure import ARKIV, medians, report, run

FILES = int(os.environ.get("ARKIV_BENCH_FILES", "100000"))

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" OBJID="sip" TYPE="Mixed"
 csip:CONTENTINFORMATIONTYPE="MIXED"
 PROFILE="https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml">
<metsHdr CREATEDATE="2026-01-31T12:00:00" csip:OAISPACKAGETYPE="SIP">
<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>bench</name>
<note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent>
<agent ROLE="CREATOR" TYPE="ORGANIZATION"><name>City</name></agent></metsHdr>
<fileSec ID="files"><fileGrp ID="group" USE="Representations/rep1/data"
 csip:CONTENTINFORMATIONTYPE="MIXED">
"""
TAIL = """</fileGrp></fileSec>
<structMap ID="map" TYPE="PHYSICAL" LABEL="CSIP"><div ID="top" LABEL="sip">
<div ID="metadata" LABEL="Metadata"/><div ID="content" LABEL="Representations">
<fptr FILEID="group"/></div></div></structMap></mets>
"""


def make(folder: Path, files: int) -> None:
    """A SIP with so many small files, valid."""
    data = folder / "representations" / "rep1" / "data"
    data.mkdir(parents=True)
    with (folder / "METS.xml").open("w", encoding="utf-8") as mets:
        mets.write(HEAD)
        for number in range(files):
            name = f"{number // 1000:03}/scan {number:06}.txt"
            content = f"page {number}\n".encode() * 20
            if number % 1000 == 0:
                (data / name).parent.mkdir()
            (data / name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            href = f"representations/rep1/data/{name.replace(' ', '%20')}"
            mets.write(
                f'<file ID="f{number}" MIMETYPE="text/plain" SIZE="{len(content)}" '
                f'CREATED="2026-01-31T12:00:00" CHECKSUM="{digest}" CHECKSUMTYPE="SHA-256">'
                f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="{href}"/></file>\n'
            )
        mets.write(TAIL)


def main() -> None:
    """Rounds of the clock, and one of memory."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("ARKIV_BENCH")) as name:
        sip = Path(name) / "sip"
        print(f"making {FILES} files", file=sys.stderr)
        make(sip, FILES)
        command = [*ARKIV, "check", str(sip)]
        found = medians({"arkiv check": lambda: run(command)})
        peak = run(command, memory=True).peak
    report(
        f"an E-ARK SIP of {FILES} files, checked",
        found,
        [("seconds", found["arkiv check"].wall, 20), ("peak memory in MiB", peak, 400)],
    )


if __name__ == "__main__":
    main()
