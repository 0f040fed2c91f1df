"""A bag: what its manifests claim, and what lies in its payload."""

from dataclasses import replace

from preservation.model.packages import SipKind
from preservation.ports import Source
from preservation.stages.receive import folder
from preservation.stages.receive.reading import Reading, References
from preservation.standards import bagit, bagit_profile


def read(source: Source, references: References | None = None) -> Reading:
    """Read a bag (RFC 8493): the claims of all manifests, and its payload as a folder.

    A bag that names a profile is held to it. Raises Misconfigured when a profile is not as it must
    be.
    """
    references = references or References()
    inner = folder.read(source, b"data/", references)
    found = bagit.judge(
        source.open, source.sizes, folders=source.contents.empty_folders, hosts=references.hosts
    )
    profiled = bagit_profile.judge_named(found, source.sizes, source.container, references.profiles)
    remarks = (*found.remarks, *profiled, *inner.remarks)
    both = dict(found.claims)
    for path, claims in inner.claims.items():
        both[path] = (*both.get(path, ()), *claims)
    return replace(inner, kind=SipKind.BAG, claims=both, remarks=remarks, profiles=found.profiles)
