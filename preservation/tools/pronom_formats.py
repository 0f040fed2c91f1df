"""PRONOM's own signature files as formats that fido's rules decide between.

Containers are told as DROID tells them: every file that the signature names must be there and fit.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from preservation.model.signatures import ContainerFile, InternalSignature, SignatureFile
from preservation.standards.pronom import read_containers, read_signatures
from preservation.tools.containers import Opened, opened
from preservation.tools.droid_patterns import expression
from preservation.tools.matching import Formats, Look
from preservation.tools.patterns import Signature

SIGNATURES, CONTAINERS, NOTE = "signatures.xml", "containers.xml", "installed.json"
"""The files in a folder of signatures; the last says what the first two are."""


def load(folder: Path) -> Formats:
    """The formats of both files in a folder; raises Misconfigured when one is not as it should be.

    A signature in a syntax that is not known is not used; `left_out` names it.
    """
    signatures = read_signatures((folder / SIGNATURES).read_bytes(), SIGNATURES)
    containers = read_containers((folder / CONTAINERS).read_bytes(), CONTAINERS)
    return formats(signatures, containers)


def formats(told: SignatureFile, containers: ContainerFile) -> Formats:
    """The formats of a signature file and a container signature file."""
    puids = {it.id: str(it.format.puid) for it in told.formats}
    beats = {
        str(it.format.puid): frozenset(puids[b] for b in it.beats if b in puids)
        for it in told.formats
    }
    by_id = {it.id: it for it in told.signatures}
    extensions: dict[str, list[int]] = {}
    signatures: list[Signature] = []
    for place, it in enumerate(told.formats):
        for extension in dict.fromkeys(text.lower() for text in it.extensions):
            extensions.setdefault(extension, []).append(place)
        usable = (_signature(place, by_id[id_]) for id_ in it.signatures)
        signatures += [signature for signature in usable if signature]
    return Formats(
        version=version("opf-fido"),
        release=release(told, containers),
        rows=[
            (str(it.format.puid), it.format.name, it.format.version, it.format.mime)
            for it in told.formats
        ],
        beats=list(beats.values()),
        extensions=extensions,
        signatures=signatures,
        look=_look(containers, beats),
    )


def release(told: SignatureFile, containers: ContainerFile) -> str:
    """How the agent's note names these releases."""
    day = f" of {told.dated[:10]}" if told.dated else ""
    return f"PRONOM {told.release}{day}, container signatures {containers.release}"


def left_out(told: SignatureFile, containers: ContainerFile) -> tuple[str, ...]:
    """The ids of the signatures whose syntax is not known, each with the reason."""
    every = [*told.signatures]
    every += [s for c in containers.signatures for inside in c.inside for s in inside.signatures]
    reasons = []
    for signature in every:
        try:
            for sequence in signature.sequences:
                expression(sequence)
        except ValueError as error:
            reasons.append(f"signature {signature.id}: {error}")
    return tuple(reasons)


def _signature(place: int, it: InternalSignature) -> Signature | None:
    """A signature as patterns; None when it cannot be used."""
    try:
        patterns = tuple((s.reference.value, expression(s)) for s in it.sequences)
    except ValueError:
        return None
    where = ", ".join(dict.fromkeys(s.reference.value for s in it.sequences))
    return Signature(place, f"signature {it.id} ({where})", patterns) if patterns else None


def _look(containers: ContainerFile, beats: Mapping[str, frozenset[str]]) -> Look:
    triggers: Mapping[str, str] = dict(containers.triggers)
    wanted: dict[str, list[tuple[str, str, list[tuple[str, list[Signature]]]]]] = {}
    for it in containers.signatures:
        files = []
        for inside in it.inside:
            usable = [_signature(0, signature) for signature in inside.signatures]
            if None in usable:
                break
            files.append((inside.path, [signature for signature in usable if signature]))
        else:
            name = f"container signature {it.id} ({', '.join(path for path, _ in files)})"
            wanted.setdefault(it.kind, []).append((str(it.puid), name, files))

    def look(path: str, puids: Sequence[str]) -> tuple[Sequence[tuple[str, str]], str]:
        kind = next((triggers[puid] for puid in puids if puid in triggers), "")
        if not kind:
            return [], ""
        try:
            with opened(path, kind) as container:
                found = [
                    (puid, name)
                    for puid, name, files in wanted.get(kind, ())
                    if all(_fits(container, inside, any_of) for inside, any_of in files)
                ]
        except MemoryError:
            raise
        except Exception as error:  # their readers raise anything
            return [], f"the container cannot be read: {type(error).__name__}: {error}"

        beaten = frozenset[str]().union(*(beats.get(puid, frozenset()) for puid, _ in found))
        return [(puid, name) for puid, name in found if puid not in beaten], ""

    return look


def _fits(container: Opened, path: str, any_of: Sequence[Signature]) -> bool:
    """Whether the file is in the container and one of the signatures, if there are any, fits it."""
    if not container.has(path):
        return False
    if not any_of:
        return True
    start, end = container.ends(path)
    return any(signature.matches(start, end) for signature in any_of)
