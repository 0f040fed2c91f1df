"""What an agreement asks of this archive, and whether the archive can give it."""

from preservation.agreements import Agreed, find
from preservation.assembly.archive import Archive
from preservation.errors import Misconfigured
from preservation.model.agreement import Agreement
from preservation.ports import Store


def agreed(archive: Archive, name: str) -> Agreed:
    """An agreement whose stores this archive has; raises Misconfigured when it has not."""
    found = find(name, archive.folder)
    missing = [store for store in found.agreement.stores if store not in archive.stores]
    copies = found.agreement.copies or 0
    if missing:
        raise Misconfigured(
            f"{found.file}: storage.stores: {', '.join(missing)}: no store of this archive; "
            f"it has {', '.join(archive.stores)}"
        )
    if copies > len(archive.stores):
        raise Misconfigured(
            f"{found.file}: storage.copies: {copies} copies, and {len(archive.stores)} stores; "
            "add stores to arkiv.toml, or ask for fewer copies"
        )
    return found


def stores(archive: Archive, agreement: Agreement) -> tuple[Store, ...]:
    """The stores that the agreement names, or all; as many as it asks for."""
    names = agreement.stores or tuple(archive.stores)
    return tuple(archive.stores[name] for name in names)[: agreement.copies]
