"""Ingest: one SIP into an archive, and what is left when it is done or has failed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from preservation.agreements import DEFAULT
from preservation.assembly.agreed import agreed
from preservation.assembly.archive import Archive
from preservation.assembly.ingestion import Ingestion
from preservation.assembly.recovery import recover, settle
from preservation.assembly.rejections import Publish, reject
from preservation.assembly.scratch import Submissions, claimed, discard, of_aip
from preservation.errors import ArkivError, Rejected
from preservation.model.receipt import Receipt
from preservation.ports import Progress


def ingest(
    archive: Archive,
    sip: Path,
    *,
    again: bool,
    progress: Progress,
    publish: Publish | None = None,
    agreement: str = DEFAULT,
) -> Receipt:
    """Run all stages directly, without Prefect; raises what a stage raises."""
    with begun(
        archive, again=again, progress=progress, publish=publish, agreement=agreement
    ) as ingestion:
        return ingestion.carry_out(sip)


@contextmanager
def begun(
    archive: Archive,
    *,
    again: bool,
    progress: Progress,
    publish: Publish | None = None,
    agreement: str = DEFAULT,
) -> Iterator[Ingestion]:
    """An ingestion with its scratch folder, which is gone afterwards; first mends what crashed.

    A SIP that is refused leaves a record, and a report where `publish` writes one. The folder is
    locked while its process lives, so that whoever comes later can tell a package that is on its
    way from one that was left behind.
    """
    by = agreed(archive, agreement)
    recover(archive)
    submissions = Submissions(archive.claims)
    ingestion = Ingestion(archive, submissions, agreed=by, again=again, progress=progress)
    with closing(submissions), running(archive, ingestion, publish):
        yield ingestion


@contextmanager
def running(archive: Archive, ingestion: Ingestion, publish: Publish | None) -> Iterator[None]:
    """The scratch folder of a package on its way, and what is left when that ends in an error."""
    with (
        _told_if_preserved(archive, ingestion),
        archive.claims.claimed(of_aip(ingestion.id)) as claim,
        claimed(archive.scratch / ingestion.id),
    ):
        ingestion.claim = claim
        try:
            yield
        except BaseException as error:
            if isinstance(error, Rejected):  # before its scratch folder goes, where it may lie
                with suppress(ArkivError):
                    reject(archive, ingestion.submitted(), error, publish)
            with suppress(ArkivError):  # then the next run settles it
                settle(archive, ingestion.id)
            raise
        discard(archive.scratch / ingestion.id)


@contextmanager
def _told_if_preserved(archive: Archive, ingestion: Ingestion) -> Iterator[None]:
    """Add a note to what ends an ingest whose package was committed already, and so is kept."""
    try:
        yield
    except BaseException as error:
        with suppress(ArkivError):
            held = archive.catalogue.package(ingestion.id)
            if held and held.version == ingestion.version:
                of = f", version {held.version}" if held.version > 1 else ""
                error.add_note(f"preserved all the same, as AIP {held.id}{of}")
        raise
