"""Time and memory of METS and PREMIS of a large representation, written and validated.

`python tests/benchmarks/documents.py [files]` prints one JSON object: seconds of writing and of
validating each document, MiB of each, the sum of the seconds and of the processor's seconds, and
the peak of resident memory in MiB. Writing includes making the values that are written;
`values_seconds` is how long that takes alone.
"""

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from _measure import ROUNDS

from preservation.fanout import fan_out
from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import Agent, FileObject, RepresentationObject, object_identifier
from preservation.standards import mets, premis, schema
from preservation.standards.eark import terms as eark
from preservation.streams import write_file

PACKAGE = PackageId("0edb7e11-dd9c-463b-bf5a-5139a6f0b353")
BEGAN = datetime(2024, 5, 1, 10, tzinfo=UTC)
FORMATS = tuple(
    Format(Puid(f"fmt/{number}"), f"Format & number {number}", "1.0", "image/tiff")
    for number in range(40)
)
DIGESTS = tuple(
    Digest(Algorithm.SHA512, hashlib.sha512(b"%d" % number).hexdigest()) for number in range(1000)
)
"""A package has its digests before its documents are written; these are not measured."""


def path(number: int) -> str:
    return f"data/volume {number // 500:04}/Faqja e {number:06}, ë.tif"


def files(count: int) -> Iterator[mets.FileRef]:
    for number in range(count):
        place = path(number)
        yield mets.FileRef(
            identifier=object_identifier(PACKAGE, f"representations/original/{place}"),
            path=place,
            size=20_480 + number,
            digest=DIGESTS[number % len(DIGESTS)],
            mime="image/tiff",
            created=BEGAN + timedelta(seconds=number),
            format=FORMATS[number % len(FORMATS)],
        )


def objects(count: int) -> Iterator[FileObject]:
    for number in range(count):
        place = f"representations/original/{path(number)}"
        format = FORMATS[number % len(FORMATS)]  # noqa: A001 - PREMIS' word
        yield FileObject(
            identifier=object_identifier(PACKAGE, place),
            path=place,
            original_name=path(number),
            size=20_480 + number,
            modified=BEGAN + timedelta(seconds=number),
            digests=(DIGESTS[number % len(DIGESTS)],),
            format=format,
            format_note="siegfried is sure",
            answers=(
                Answer(
                    "siegfried 1.11.1", (format,), Basis.SIGNATURE, f"byte match at 0, {number}"
                ),
            ),
        )


def measure(
    name: str, chunks: Iterable[bytes], kind: schema.SchemaName, folder: Path
) -> dict[str, float]:
    """Write and validate side by side, as an ingest does."""
    place = folder / kind
    reasons: list[str] = []

    def validate(stream: Iterator[bytes]) -> None:
        validation = schema.Validation(kind)
        for chunk in stream:
            validation.feed(chunk)
        reasons.extend(validation.close())

    def write(stream: Iterator[bytes]) -> None:
        write_file(place, stream)

    began = time.perf_counter()
    fan_out(chunks, [write, validate])
    if reasons:
        raise SystemExit("\n".join(reasons))
    return {
        f"{name}_seconds": round(time.perf_counter() - began, 2),
        f"{name}_mib": round(place.stat().st_size / 2**20, 1),
    }


def once(count: int) -> dict[str, float]:
    """Both documents, in this process."""
    document = mets.Mets(
        objid="original",
        label="original",
        created=BEGAN,
        kind=mets.Kind.REPRESENTATION,
        agents=(Agent("Arkiv", "0.1.0"),),
        descriptive=(),
        provenance=(),
        groups=(mets.FileGroup(eark.content_use("original"), files(count)),),
    )
    representation = RepresentationObject(
        object_identifier(PACKAGE, "representations/original"), "original"
    )
    chunks = premis.write_representation(
        package=PACKAGE, representation=representation, files=objects(count)
    )
    started = time.process_time()
    with tempfile.TemporaryDirectory() as name:
        result = {
            "files": count,
            **measure("mets", mets.write(document), schema.SchemaName.METS, Path(name)),
            **measure("premis", chunks, schema.SchemaName.PREMIS, Path(name)),
        }
    result["seconds"] = round(sum(v for k, v in result.items() if k.endswith("_seconds")), 2)
    result["cpu_seconds"] = round(time.process_time() - started, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**result, "peak_mib": round(peak / 1024, 1)}


def main() -> None:
    """Each round in a process of its own, so that its peak is its own; then the medians."""
    count = int(os.environ.get("ARKIV_BENCH_FILES", "100000"))
    rounds = []
    for _ in range(ROUNDS):
        told = subprocess.run(
            [sys.executable, __file__, str(count)], check=True, capture_output=True, text=True
        )
        rounds.append(json.loads(told.stdout))
    median = {key: statistics.median(found[key] for found in rounds) for key in rounds[0]}
    print(f"\nMETS and PREMIS of {count} files, written and validated\n")
    for key, value in median.items():
        print(f"{key:<20}{value:10g}")
    print(f"asked for: at most 5 seconds and 150 MiB\n{json.dumps(median)}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(once(int(sys.argv[1]))))
    else:
        main()
