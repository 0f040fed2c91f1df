"""Verify: every octet of a SIP is read once, hashed, and held against what the producer said."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from preservation.errors import Rejected
from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.packages import ReceivedFile, Sip, Verified, VerifiedFile
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.ports import Holder, Progress
from preservation.recording import Stage
from preservation.streams import Reading, read_once, sha512

LARGE = 1024 * 1024
"""From this many octets on a file is worth a thread of its own: hashing then leaves Python."""


def verify(sip: Sip, *, holder: Holder | None, cores: int, progress: Progress) -> Stage[Verified]:
    """Read and hash every file, compare what the producer claims, and know a SIP that came before.

    `holder` tells which AIP was made of the same SIP; None lets it be preserved again. Raises
    Rejected with every file that cannot be read, has changed, or is not what its digest says.
    """
    progress.begin("verify", sum(file.size for file in sip.files))
    files: list[VerifiedFile] = []
    reasons: list[str] = []
    for received, reading in zip(sip.files, _readings(sip, cores), strict=True):
        progress.advance(received.size)
        if isinstance(reading, str):
            reasons.append(f"{written(received.given)}: {reading}")
            continue
        damaged = _damaged(received, reading)
        if damaged:
            yield _fixity(received, Outcome.FAILURE, damaged)
            reasons.append(f"{written(received.given)}: {damaged}; send this file again")
        files.append(VerifiedFile(received, reading.digests))
    if reasons:
        raise Rejected(*reasons)
    yield from _findings(sip)
    verified = Verified(sip, tuple(files), _fingerprint(files))
    held = holder(verified.fingerprint) if holder else None
    if held:
        raise Rejected(
            f"already preserved, unchanged, as AIP {held}; to preserve it a second time use --again"
        )
    return verified


def _algorithms(received: ReceivedFile) -> tuple[Algorithm, ...]:
    """The archive's own SHA-512 first, then what the producer used."""
    others = {claim.algorithm for claim in received.claims} - {Algorithm.SHA512}
    return (Algorithm.SHA512, *sorted(others))


def _read(root: bytes, received: ReceivedFile) -> Reading | str:
    try:
        path = os.path.join(root, received.given)
        reading = read_once(path, _algorithms(received), expected=received.size)
    except Rejected as changed:
        return str(changed)
    except OSError as error:
        return f"cannot be read ({error.strerror}); give read permission and submit again"
    if (reading.size, reading.modified_ns) != (received.size, received.modified_ns):
        return "changed while it was submitted; submit again when nobody writes to it"
    return reading


def _readings(sip: Sip, cores: int) -> Iterator[Reading | str]:
    """Readings in the order of the files; large files are hashed on several cores."""
    root = os.fsencode(sip.root)
    ahead = 2 * cores
    with ThreadPoolExecutor(cores) as pool:
        large = (file for file in sip.files if file.size >= LARGE)
        begun: list[Future[Reading | str]] = []
        for file in sip.files:
            if file.size < LARGE:
                yield _read(root, file)
                continue
            while len(begun) < ahead and (following := next(large, None)) is not None:
                begun.append(pool.submit(_read, root, following))
            yield begun.pop(0).result()


def _damaged(received: ReceivedFile, reading: Reading) -> str:
    by_algorithm = {digest.algorithm: digest for digest in reading.digests}
    differing = [c for c in received.claims if by_algorithm[c.algorithm] != c]
    return ", ".join(
        f"{c.short} in the manifest, {by_algorithm[c.algorithm].short} in the file"
        for c in differing
    )


def _fixity(received: ReceivedFile, outcome: Outcome, note: str) -> Finding:
    detail = "digest of the producer compared with the file"
    return Finding(EventType.FIXITY_CHECK, outcome, ARKIV, detail, note, (received.path,))


def _findings(sip: Sip) -> Iterator[Finding]:
    octets = sum(file.size for file in sip.files)
    note = f"{len(sip.files)} files, {octets} octets"
    detail = "SHA-512 of every file, and the algorithms of the producer's digests"
    yield Finding(EventType.MESSAGE_DIGEST_CALCULATION, Outcome.SUCCESS, ARKIV, detail, note)
    claimed = sum(1 for file in sip.files if file.claims)
    detail = "digests of the producer compared with the files"
    if claimed:
        names = sorted({c.algorithm.mets_name for file in sip.files for c in file.claims})
        note = f"{claimed} of {len(sip.files)} files agree in {', '.join(names)}"
        yield Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, ARKIV, detail, note)
    else:
        note = _unclaimed(sip.files)
        yield Finding(EventType.FIXITY_CHECK, Outcome.NOT_PERFORMED, ARKIV, detail, note)
    note = "no malware scanner is configured"
    yield Finding(EventType.VIRUS_CHECK, Outcome.NOT_PERFORMED, ARKIV, "malware scan", note)


def _unclaimed(files: Sequence[ReceivedFile]) -> str:
    lists = [written(f.given) for f in files if b"metadata/checksum." in b"/" + f.given]
    if lists:
        return f"{', '.join(lists)} came along and cannot be read as a manifest yet"
    return "the producer gave no digests"


def _fingerprint(files: Sequence[VerifiedFile]) -> Digest:
    whole = hashlib.sha512()
    for file in files:
        whole.update(file.received.given + b"\0" + file.digests[0].value.encode("ascii") + b"\n")
    return sha512(whole.digest())
