"""Complete or valid: the two things that RFC 8493, section 3, says of a bag, told apart."""

from collections.abc import Iterable
from enum import StrEnum

_ALTERED = frozenset(
    {
        "RFC8493-2.2.1-DIGEST",
        "RFC8493-3-DIGEST",
        "RFC8493-2.2.2-OXUM",
        "FILE-CHANGED",
        "FILE-READABLE",
    }
)
"""What a complete bag may have that is not valid: everything is there, but not as it was."""

_UNREAD = frozenset({"RFC8493-2.1.1-ENCODING", "RFC8493-2.4"})
"""For these a list of the bag was not read, so that nothing can be said of what it lists."""

_OF_THE_ARCHIVE = frozenset({"RFC8493-2.2.3-HOST"})
"""What an agreement asks and the standard does not."""


class Completeness(StrEnum):
    """How far a bag is in order: a valid one is complete, and all its digests agree."""

    VALID = "valid"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNKNOWN = "not known"


def completeness(errors: Iterable[str], *, compared: bool) -> Completeness:
    """How far a bag is in order, by the codes of its errors.

    `compared` is whether the digests were. A bag is incomplete when something that is listed or
    required is missing, when something is there that is not listed, and when a list is not as the
    standard wants it; what the archive asks beyond the standard does not count.
    """
    found = {it for it in errors if it.startswith("RFC8493-") or it in _ALTERED} - _OF_THE_ARCHIVE
    unread = found & _UNREAD
    if unread:
        # With a list unread, files seem to be listed nowhere: that proves nothing.
        found -= {"RFC8493-3-UNLISTED", "RFC8493-2.1.3", "RFC8493-2.1.1-TEXT"}
    if found - _ALTERED - unread:
        return Completeness.INCOMPLETE
    if unread:
        return Completeness.UNKNOWN
    if found:
        return Completeness.COMPLETE
    return Completeness.VALID if compared else Completeness.UNKNOWN
