"""What packages may refer to outside of themselves, as an archive and an agreement have it."""

from functools import partial
from pathlib import Path

from preservation.model.agreement import Agreement
from preservation.stages.receive.reading import References
from preservation.standards.bagit_profile import laid_over


def references(agreement: Agreement, archive: Path | None) -> References:
    """Hosts of the agreement; bag profiles and official schemas of the archive, if there is one."""
    if archive is None:
        return References(agreement.fetch_hosts)
    from preservation.settings.file import read  # noqa: PLC0415  a check without archive has none

    schemas = archive / read(archive).ingest.schemas
    return References(agreement.fetch_hosts, partial(laid_over, archive), schemas)
