"""Verify: every octet of a SIP is read once, hashed, and held against what the producer said."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from preservation.model.fixity import Algorithm, Digest
from preservation.model.names import written
from preservation.model.packages import ReceivedFile, Sip, Verified, VerifiedFile
from preservation.model.premis import ARKIV, EventType, Finding, Outcome
from preservation.model.report import EACH, Counted, Remark
from preservation.ports import Holder, Progress, Source
from preservation.recording import Stage
from preservation.rules import Refused, sentence
from preservation.streams import sha512

OWN = (Algorithm.SHA512,)
"""What the archive itself hashes everything with."""

Digests = Mapping[bytes, tuple[Digest, ...]]

LARGE = 1024 * 1024
"""From this many octets on a file is worth a thread of its own: hashing then leaves Python."""


def verify(
    sip: Sip, source: Source, *, holder: Holder | None, cores: int, progress: Progress
) -> Stage[Verified]:
    """Read and hash every file, compare what the producer claims, and know a SIP that came before.

    `holder` tells which AIP was made of the same SIP; None lets it be preserved again. Raises
    Refused with the faults that the SIP came with, and with every file that cannot be read, has
    changed, or is not what its digest says.
    """
    files = yield from _compared(sip, source, OWN, cores, progress)
    yield from _findings(sip)
    verified = Verified(sip, tuple(files), _fingerprint(files))
    held = holder(verified.fingerprint) if holder else None
    if held:
        raise Refused(Remark("SIP-AGAIN", found=f"AIP {held}"))
    return verified


def compare(sip: Sip, source: Source, *, cores: int, progress: Progress) -> Stage[Digests]:
    """Read every file and compare what the producer claims, in the producer's algorithms alone.

    For a check, which keeps nothing. Gives the digests by the path of the file as given; raises
    Refused as `verify` does.
    """
    files = yield from _compared(sip, source, (), cores, progress)
    yield _agreeing(sip)
    return {file.received.given: file.digests for file in files}


def _compared(
    sip: Sip, source: Source, own: tuple[Algorithm, ...], cores: int, progress: Progress
) -> Stage[list[VerifiedFile]]:
    """Every file with its digests in the archive's own algorithms and in those of its claims."""
    progress.begin("verify", sum(file.size for file in sip.files))
    files: list[VerifiedFile] = []
    remarks, wrong = Counted(), 0
    for received, digests in zip(sip.files, _readings(sip, source, own, cores), strict=True):
        progress.advance(received.size)
        if isinstance(digests, Remark):
            remarks.append(digests)
            continue
        if any(claim.digest not in digests for claim in received.claims):
            damaged = tuple(_damaged(received, digests))
            wrong += 1
            remarks += damaged
            if wrong <= EACH:
                yield _fixity(received, damaged)
        files.append(VerifiedFile(received, digests))
    if wrong > EACH:
        yield _further(wrong - EACH, remarks.more())
    faults = (*sip.faults, *remarks.all())
    if faults:
        raise Refused(*faults)
    return files


def _algorithms(received: ReceivedFile, own: tuple[Algorithm, ...]) -> tuple[Algorithm, ...]:
    """The archive's own first, then what the producer used."""
    if len(received.claims) == 1 and received.claims[0].digest.algorithm not in own:
        return (*own, received.claims[0].digest.algorithm)
    others = {claim.digest.algorithm for claim in received.claims}.difference(own)
    return (*own, *sorted(others))


def _read(
    source: Source, received: ReceivedFile, own: tuple[Algorithm, ...]
) -> tuple[Digest, ...] | Remark:
    try:
        return source.digests(
            received.given,
            _algorithms(received, own),
            size=received.size,
            modified_ns=received.modified_ns,
        )
    except Refused:
        return Remark("FILE-CHANGED", written(received.given))
    except OSError as error:
        return Remark("FILE-READABLE", written(received.given), error.strerror or str(error))


def _readings(
    sip: Sip, source: Source, own: tuple[Algorithm, ...], cores: int
) -> Iterator[tuple[Digest, ...] | Remark]:
    """Digests in the order of the files; large files are hashed on several cores."""
    ahead = 2 * cores
    with ThreadPoolExecutor(cores) as pool:
        large = (file for file in sip.files if file.size >= LARGE)
        begun: list[Future[tuple[Digest, ...] | Remark]] = []
        for file in sip.files:
            if file.size < LARGE:
                yield _read(source, file, own)
                continue
            while len(begun) < ahead and (following := next(large, None)) is not None:
                begun.append(pool.submit(_read, source, following, own))
            yield begun.pop(0).result()


def _damaged(received: ReceivedFile, digests: Sequence[Digest]) -> Iterator[Remark]:
    by_algorithm = {digest.algorithm: digest for digest in digests}
    for claim in received.claims:
        found = by_algorithm[claim.digest.algorithm]
        if found != claim.digest:
            expected = f"{claim.digest.short} by {claim.where}"
            yield Remark(claim.code, written(received.given), found.short, expected)


def _fixity(received: ReceivedFile, damaged: tuple[Remark, ...]) -> Finding:
    detail = "digest of the producer compared with the file"
    note = "; ".join(sentence(remark) for remark in damaged)
    objects = (received.path,)
    return Finding(EventType.FIXITY_CHECK, Outcome.FAILURE, ARKIV, detail, note, objects, damaged)


def _further(files: int, remarks: tuple[Remark, ...]) -> Finding:
    """Damaged files beyond those that were told one by one."""
    detail = "digest of the producer compared with the file"
    note = f"{files} more files are not what their digests say"
    return Finding(EventType.FIXITY_CHECK, Outcome.FAILURE, ARKIV, detail, note, remarks=remarks)


def _findings(sip: Sip) -> Iterator[Finding]:
    octets = sum(file.size for file in sip.files)
    note = f"{len(sip.files)} files, {octets} octets"
    detail = "SHA-512 of every file, and the algorithms of the producer's digests"
    yield Finding(EventType.MESSAGE_DIGEST_CALCULATION, Outcome.SUCCESS, ARKIV, detail, note)
    yield _agreeing(sip)


def _agreeing(sip: Sip) -> Finding:
    claimed = sum(1 for file in sip.files if file.claims)
    detail = "digests of the producer compared with the files"
    if not claimed:
        note = "the producer gave no digests"
        return Finding(EventType.FIXITY_CHECK, Outcome.NOT_PERFORMED, ARKIV, detail, note)
    algorithms = {c.digest.algorithm for f in sip.files for c in f.claims}
    names = ", ".join(sorted(algorithm.mets_name for algorithm in algorithms))
    note = f"{claimed} of {len(sip.files)} files agree in {names}"
    return Finding(EventType.FIXITY_CHECK, Outcome.SUCCESS, ARKIV, detail, note)


def _fingerprint(files: Sequence[VerifiedFile]) -> Digest:
    whole = hashlib.sha512()
    for file in files:
        whole.update(file.received.given + b"\0" + file.digests[0].value.encode("ascii") + b"\n")
    return sha512(whole.digest())
