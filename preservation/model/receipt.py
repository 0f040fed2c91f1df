"""The receipt of a SIP that is preserved."""

from dataclasses import dataclass

from preservation.model.identifiers import PackageId
from preservation.model.packages import Exclusion
from preservation.model.storage import Account, Copy


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a producer is told once an AIP is preserved; the account's sums agree with the SIP."""

    aip_id: PackageId
    version: int
    sip: str
    account: Account
    exclusions: tuple[Exclusion, ...]
    copies: tuple[Copy, ...]
    warnings: tuple[str, ...]
