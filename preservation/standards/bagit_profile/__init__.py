"""BagIt Profiles 1.0 to 1.4: what an archive asks of a bag beyond RFC 8493.

Profiles lie in `profiles/bagit/*.json`; one that a bag names and that is not there is not fetched.
"""

from preservation.standards.bagit_profile.judging import judge, judge_named
from preservation.standards.bagit_profile.reading import Profile, installed, laid_over, parse

__all__ = ["Profile", "installed", "judge", "judge_named", "laid_over", "parse"]
