"""What the producer of a SIP is told: a letter, and the receipt."""

from pathlib import Path

from preservation.assembly.inbox import Fate, Taken
from preservation.forms import IngestForm

_SAYS = {
    Fate.PRESERVED: "This package is preserved.",
    Fate.REFUSED: "This package was not taken in. Please put this right and send it again:",
    Fate.ASIDE: "This package could not be worked on. The archive has to look at it; it is kept.",
}


def publish(folder: Path, value: Taken[IngestForm]) -> None:
    """Write what a producer is told: `letter.txt`, and the receipt as `receipt.json`."""
    (folder / "letter.txt").write_text(letter(value), "utf-8")
    if value.receipt:
        document = value.receipt.model_dump_json(indent=2)
        (folder / "receipt.json").write_text(f"{document}\n", "utf-8")


def letter(value: Taken[IngestForm]) -> str:
    """What a producer is told, in words."""
    lines = [value.name, "", _SAYS[value.fate], ""]
    lines += [f"- {reason}" for reason in value.reasons]
    if value.receipt:
        lines += _facts(value.receipt)
    return "\n".join(lines).rstrip() + "\n"


def in_markdown(receipt: IngestForm) -> str:
    """A receipt as a list, for the pages of those who run the archive."""
    facts = [fact.translate(_MARKUP) for fact in (receipt.sip, *_facts(receipt))]
    return "\n".join([f"**{facts[0]}** is preserved.", "", *(f"- {it}" for it in facts[1:])])


_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>()#+!|~&"})
"""What a name must not do to a page."""


def _facts(receipt: IngestForm) -> list[str]:
    return [
        f"Identifier (AIP): {receipt.aip_id}",
        f"Files: {receipt.files:,}",
        f"Bytes: {receipt.bytes:,}",
        *(f"Copy in {it.store}: {it.state}, SHA-512 {it.sha512}" for it in receipt.copies),
        *(f"Left out: {it.path} ({it.reason})" for it in receipt.exclusions),
        *(f"Warning: {warning}" for warning in receipt.warnings),
    ]
