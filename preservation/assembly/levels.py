"""The evidence of an archive for the Levels of Preservation."""

from preservation.assembly.archive import Archive
from preservation.assembly.integrity import integrity
from preservation.model.identifiers import StoreName
from preservation.model.levels import Evidence
from preservation.model.policy import Risk
from preservation.model.storage import StoreRole
from preservation.model.tally import by_format
from preservation.model.validity import Verdict
from preservation.policies import find

_COUNTED = (StoreRole.PRIMARY, StoreRole.COPY, StoreRole.OFFLINE)


def evidence(archive: Archive, policy: str) -> Evidence:
    """Gather it from catalogue and settings; no store is asked. `policy` tells risks of formats.

    Raises Misconfigured when there is no such policy.
    """
    catalogue = archive.catalogue
    told = [one for one in archive.settings.stores if one.role in _COUNTED]
    stores = {StoreName(one.name): one.name for one in told}
    places = {StoreName(one.name): one.place.strip().casefold() for one in told if one.place}
    kinds = {StoreName(one.name): "S3" if "://" in one.url else "folder" for one in told}
    counts = catalogue.proofs.counts()
    held = by_format(catalogue.tallies(), find(policy, archive.folder).policy)
    return Evidence(
        aips=counts.aips,
        stores=catalogue.proofs.spread(stores),
        places=catalogue.proofs.spread(places),
        kinds=catalogue.proofs.spread(kinds),
        unplaced=[one.name for one in told if not one.place],
        integrity=integrity(archive),
        scanned=counts.scanned,
        files=sum(it.files for it in held),
        identified=sum(it.files for it in held if it.puid),
        judged=sum(it.files - it.files_with(Verdict.NOT_PERFORMED) for it in held),
        risky=sum(it.files for it in held if it.rule.risk is Risk.HIGH),
        people=counts.people,
        undescribed=counts.undescribed,
        told_again=counts.told_again,
    )
