"""A bag: what its manifests claim, and what lies in its payload."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from preservation.model.packages import SipKind
from preservation.ports import Source
from preservation.stages.receive import folder
from preservation.stages.receive.reading import Reading
from preservation.standards import bagit, bagit_profile

Profiles = Callable[[], Mapping[str, bagit_profile.Profile]]
"""Gives the profiles that a bag may name, by their identifiers; asked only if it names one."""


def read(
    source: Source,
    hosts: Collection[str] = (),
    profiles: Profiles = bagit_profile.installed,
) -> Reading:
    """Read a bag (RFC 8493): the claims of all manifests, and its payload as a folder.

    A bag that names a profile is held to it.

    `hosts` are those from which the agreement lets files be fetched, `profiles` those that the
    archive has. Raises Misconfigured when a profile is not as it must be.
    """
    inner = folder.read(source, b"data/")
    found = bagit.judge(
        source.open, source.sizes, folders=source.contents.empty_folders, hosts=hosts
    )
    profiled = bagit_profile.judge_named(found, source.sizes, source.container, profiles)
    remarks = (*found.remarks, *profiled, *inner.remarks)
    both = dict(found.claims)
    for path, claims in inner.claims.items():
        both[path] = (*both.get(path, ()), *claims)
    return replace(inner, kind=SipKind.BAG, claims=both, remarks=remarks, profiles=found.profiles)
