"""BagIt 0.93 to 1.0 (RFC 8493): bags of ours are written, bags of others are judged."""

from preservation.standards.bagit.completeness import Completeness, completeness
from preservation.standards.bagit.judging import Bag, is_bag, judge
from preservation.standards.bagit.writing import (
    DECLARATION,
    bag_info,
    fetch_list,
    manifest,
    member_url,
)

__all__ = [
    "DECLARATION",
    "Bag",
    "Completeness",
    "bag_info",
    "completeness",
    "fetch_list",
    "is_bag",
    "judge",
    "manifest",
    "member_url",
]
