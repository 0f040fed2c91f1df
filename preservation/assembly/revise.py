"""Revise: the next version of an AIP, of a SIP or of a description alone."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from preservation.assembly.agreed import agreed
from preservation.assembly.archive import Archive
from preservation.assembly.ingest import running
from preservation.assembly.recovery import recover
from preservation.assembly.rejections import Publish
from preservation.assembly.revision import Revision, Wanted
from preservation.assembly.scratch import Submissions
from preservation.errors import Unavailable
from preservation.model.receipt import Receipt
from preservation.model.storage import Summary
from preservation.ports import Progress


def revise(
    archive: Archive,
    of: Summary,
    wanted: Wanted,
    *,
    progress: Progress,
    publish: Publish | None = None,
) -> Receipt:
    """Make the version after `of`; all versions stay as they are and can be read.

    Raises what a stage raises, Unavailable while somebody else makes a version of this AIP.
    """
    with begun(archive, of, wanted, progress=progress, publish=publish) as revision:
        return revision.carry_out(wanted.sip)


@contextmanager
def begun(
    archive: Archive,
    of: Summary,
    wanted: Wanted,
    *,
    progress: Progress,
    publish: Publish | None = None,
) -> Iterator[Revision]:
    """A revision with its scratch folder, which nobody else has at the same time."""
    by = agreed(archive, wanted.agreement)
    recover(archive)
    submissions = Submissions(archive.claims)
    try:
        with closing(submissions):
            revision = Revision(
                archive, submissions, agreed=by, of=of, wanted=wanted, progress=progress
            )
            with running(archive, revision, publish):
                now = archive.catalogue.package(of.id)
                if now is None or now.version != of.version:
                    raise Unavailable(
                        f"{of.id}: somebody else made its next version just now; look at it with "
                        "arkiv show, then try again"
                    )
                yield revision
    except BlockingIOError:
        raise Unavailable(
            f"{of.id}: somebody else makes its next version at this moment; wait, then try again"
        ) from None
