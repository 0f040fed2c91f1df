"""The AIPs that people name."""

from collections.abc import Sequence

from preservation.catalogue.holdings import SqlCatalogue
from preservation.errors import Misconfigured
from preservation.model.disposal import Tombstone
from preservation.model.identifiers import PackageId
from preservation.model.storage import Summary


def required(catalogue: SqlCatalogue, id_: str) -> Summary:
    """The AIP with this identifier; raises Misconfigured when the archive has none or no more."""
    package = _package(id_)
    summary = package and catalogue.package(package)
    if summary:
        return summary
    stone = deleted(catalogue, id_)
    if stone:
        raise Misconfigured(
            f"{id_}: was deleted, approved on {stone.approval.when:%Y-%m-%d} by "
            f"{stone.approval.by}; what is known of it: arkiv show {id_}"
        )
    raise Misconfigured(f"{id_}: no AIP has this identifier; see them with: arkiv list")


def deleted(catalogue: SqlCatalogue, id_: str) -> Tombstone | None:
    """The tombstone of the AIP that had this identifier; None when none was deleted that had."""
    package = _package(id_)
    return catalogue.disposals.tombstone(package) if package else None


def _package(id_: str) -> PackageId | None:
    try:
        return PackageId(id_.lower())
    except ValueError:
        return None


def all_required(catalogue: SqlCatalogue, ids: Sequence[str]) -> tuple[Summary, ...]:
    """The AIPs with these identifiers, each once; raises Misconfigured with all that are none."""
    found: list[Summary] = []
    unknown: list[str] = []
    for id_ in dict.fromkeys(ids):
        try:
            found.append(required(catalogue, id_))
        except Misconfigured as error:
            unknown += error.reasons
    if unknown:
        raise Misconfigured(*unknown)
    return tuple({summary.id: summary for summary in found}.values())
