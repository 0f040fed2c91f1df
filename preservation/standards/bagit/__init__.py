"""BagIt 0.93 to 1.0 (RFC 8493): bags of ours are written, bags of others are judged."""

from preservation.standards.bagit.judging import Bag, is_bag, judge, profile_identifier
from preservation.standards.bagit.writing import DECLARATION, bag_info, manifest

__all__ = ["DECLARATION", "Bag", "bag_info", "is_bag", "judge", "manifest", "profile_identifier"]
