"""What an agreement asks of this archive, and whether the archive can give it."""

from collections.abc import Iterator

from preservation import mistakes
from preservation.agreements import Agreed, find
from preservation.assembly.archive import Archive
from preservation.errors import Misconfigured
from preservation.model.agreement import Agreement
from preservation.policies import FOLDER, available, read
from preservation.ports import Store


def agreed(archive: Archive, name: str) -> Agreed:
    """An agreement that this archive can keep; raises Misconfigured with all that it cannot."""
    found = find(name, archive.folder)
    require_kept(archive, found)
    return found


def require_kept(archive: Archive, found: Agreed) -> None:
    """Raise Misconfigured, with file and line, for all that this archive cannot give."""
    wrong = tuple(_lacking(archive, found))
    if wrong:
        raise Misconfigured(*wrong)


def _lacking(archive: Archive, found: Agreed) -> Iterator[str]:
    text, storage, policy = found.text.decode("utf-8"), found.told.storage, found.told.formats

    def at(table: str, key: str, value: object = None) -> str:
        return f"{mistakes.at(found.file, text, (table, key), value)}: {table}.{key}"

    there = ", ".join(archive.preserving)
    for store in storage.stores:
        if store not in archive.preserving:
            where = at("storage", "stores", store)
            yield f"{where}: {store}: no store of this archive; it has {there}"
    if storage.copies and storage.copies > len(archive.preserving):
        where, count = at("storage", "copies"), len(archive.preserving)
        remedy = "add stores to arkiv.toml, or ask for fewer copies"
        yield f"{where}: {storage.copies} copies, and {count} stores; {remedy}"
    policies = available(archive.folder)
    if policy.policy not in policies:
        known = ", ".join(sorted(policies))
        remedy = f"write it into {FOLDER}/{policy.policy}.toml, or use one of {known}"
        yield f"{at('formats', 'policy')}: {policy.policy}: there is no such policy; {remedy}"
        return
    try:
        read(policies[policy.policy])
    except Misconfigured as error:
        yield from error.reasons


def stores(archive: Archive, agreement: Agreement) -> tuple[Store, ...]:
    """The stores that the agreement names, or all; as many as it asks for, in that order."""
    names = agreement.stores or archive.preserving
    return tuple(archive.stores[name] for name in names)[: agreement.copies]
