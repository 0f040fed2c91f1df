"""A bag: what its manifests claim, and what lies in its payload."""

from dataclasses import replace

from preservation.errors import Rejected
from preservation.model.fixity import Claim
from preservation.model.packages import SipKind
from preservation.model.report import Remark
from preservation.ports import Source
from preservation.stages.receive import folder
from preservation.stages.receive.reading import Reading
from preservation.standards import bagit


def read(source: Source) -> Reading:
    """Read a bag (RFC 8493): the claims of all manifests, and its payload as a folder."""
    inner = folder.read(source, b"data/")
    try:
        found = bagit.claims(source.content, source.sizes)
    except Rejected as rejected:
        remarks = tuple(Remark("RFC8493-3", "", reason) for reason in rejected.reasons)
        return replace(inner, kind=SipKind.BAG, remarks=(*remarks, *inner.remarks))
    claims = {
        path: tuple(Claim(d, f"manifest-{d.algorithm}.txt", "RFC8493-3-DIGEST") for d in digests)
        for path, digests in found.items()
    }
    return replace(inner, kind=SipKind.BAG, claims=claims)
