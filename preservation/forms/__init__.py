"""The JSON documents that commands print and flows return; their JSON Schemas lie in `schemas/`.

Every document has `status` and `reasons`; what speaks of a package has `aip_id`, `version`,
`files`, `bytes` and `copies` too. Sizes are octets, moments are in UTC.
"""

from collections import Counter
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from preservation.forms.agreed import AgreedForm as AgreedForm
from preservation.forms.agreed import RulesForm as RulesForm
from preservation.forms.auditing import AUDIT_FORMS
from preservation.forms.disposal import DISPOSAL_FORMS
from preservation.forms.doctor import DoctorForm as DoctorForm
from preservation.forms.doctor import Examined as Examined
from preservation.forms.form import STRICT
from preservation.forms.form import Failure as Failure
from preservation.forms.form import Form as Form
from preservation.forms.formats import FormatsForm as FormatsForm
from preservation.forms.formats import IdentifyForm as IdentifyForm
from preservation.forms.formats import ReidentifyForm as ReidentifyForm
from preservation.forms.formats import ToldFormat
from preservation.forms.held_formats import ReportForm as ReportForm
from preservation.forms.inbox import InboxForm as InboxForm
from preservation.forms.integrity import IntegrityForm as IntegrityForm
from preservation.forms.ledger import LedgerForm as LedgerForm
from preservation.forms.levels import LevelsForm as LevelsForm
from preservation.forms.package import Copy as Copy
from preservation.forms.package import Package as Package
from preservation.forms.policy import PolicyForm as PolicyForm
from preservation.forms.repair import DrillForm as DrillForm
from preservation.forms.repair import ReleaseForm as ReleaseForm
from preservation.forms.repair import RepairForm as RepairForm
from preservation.forms.right import Right
from preservation.forms.store import STORE_FORMS
from preservation.forms.version import Version as Version
from preservation.model.audit import Depth
from preservation.model.validity import Verdict

DipForm = Literal["bag", "tar", "originals", "file"]


class Sum(BaseModel):
    """Files and octets of one row of a receipt."""

    model_config = STRICT

    files: int
    bytes: int


class Excluded(BaseModel):
    """Something in a SIP that is not preserved as a file, and the rule that says so."""

    model_config = STRICT

    path: str
    rule: str
    reason: str


class Account(BaseModel):
    """Where every file of the SIP went; the three rows sum up to the last."""

    model_config = STRICT

    preserved: Sum
    submission: Sum
    excluded: Sum
    received: Sum


class IngestForm(Package):
    """The receipt of one SIP, or why there is none."""

    status: Literal["preserved"] | Failure
    sip: str = Field(description="the SIP as it was named to the command")
    account: Account | None = None
    exclusions: tuple[Excluded, ...] = ()
    warnings: tuple[str, ...] = ()
    report: str | None = Field(None, description="the folder with the report on a refused SIP")


class ListForm(Package):
    """One AIP in the list; `damaged` when a copy is not known to be sound."""

    status: Literal["preserved", "damaged"]
    title: str
    created: datetime
    sip: str


class Statement(BaseModel):
    """One Dublin Core statement; `about` is a path in the AIP, empty for the package."""

    model_config = STRICT

    about: str
    element: str
    value: str
    language: str


class File(BaseModel):
    """One payload file."""

    model_config = STRICT

    path: str = Field(description="its path in the AIP")
    original_name: str = Field(description="its path in the SIP, in written form")
    bytes: int
    sha512: str
    puid: str | None
    format: str
    mime: str
    validity: Verdict
    inhibitors: tuple[str, ...] = Field(description="what hinders its use, such as encryption")
    source: str = Field(description="path in the AIP of the container that it was in, if any")


class Event(BaseModel):
    """One PREMIS event."""

    model_config = STRICT

    identifier: str
    type: str
    when: datetime
    outcome: Literal["success", "failure", "warning", "not performed", "not told"]
    agent: str
    detail: str
    note: str
    objects: tuple[str, ...]


class ShowForm(ListForm):
    """All that is known of one AIP; files, formats and events when they were asked for."""

    account: Account
    description: tuple[Statement, ...]
    versions: tuple[Version, ...]
    retained_until: date | None = Field(description="nobody can delete it before; 9999: never")
    holds: tuple[str, ...] = Field(description="names of holds that keep it from being deleted")
    rights: tuple[Right, ...] = Field(description="what may be done with it, as in its PREMIS")
    file_list: tuple[File, ...] | None = None
    formats: tuple[ToldFormat, ...] | None = None
    events: tuple[Event, ...] | None = None


class AuditForm(Package):
    """The outcome of an audit of one AIP: the worst of its copies."""

    status: Literal["sound", "corrupt", "missing", "unchecked"]
    depth: Depth = Field(description="presence looks at what is there: proves nothing sound")


class ExportForm(Package):
    """What was given out, and where it lies."""

    status: Literal["exported"] | Failure
    form: DipForm
    place: str | None = None
    escaped_names: int = Field(0, description="files whose stored name differs from the given one")


class Remark(BaseModel):
    """What one rule says of one place in a package; the words are the rule's, by its code."""

    model_config = STRICT

    code: str = Field(description="the rule, such as CSIP22; docs/submitting.md explains each")
    level: Literal["error", "warning", "info"]
    where: str = Field(description="a path in the package, with a line or an XPath after a comma")
    says: str = Field(description="what the rule says is the matter")
    expected: str
    found: str
    remedy: str = Field(description="what to do")
    source: str = Field(description="the standard and section that the rule is from")


class CheckForm(Form):
    """Whether a package is in order, and everything that the rules say of it."""

    status: Literal["valid", "invalid"]
    kind: str | None = Field(description="the kind of package; null when it could not be told")
    bag: Literal["valid", "complete", "incomplete", "not known"] | None = Field(
        None,
        description="valid is complete with all digests as they should be; null for no bag",
    )
    path: str
    files: int
    bytes: int
    findings: tuple[Remark, ...]
    done: tuple[str, ...] = Field(description="checks that were made, and what came of them")
    not_performed: tuple[str, ...] = Field(description="checks that were not made, and why")


class ExplainForm(Form):
    """What the code of a rule means."""

    status: Literal["known"]
    code: str
    level: Literal["error", "warning", "info"]
    says: str
    expected: str
    remedy: str = Field(description="what to do")
    source: str = Field(description="the standard and section that the rule is from")


class RejectionForm(Form):
    """A SIP that was refused, as `arkiv list --rejected` tells of it."""

    status: Literal["rejected"]
    id: str = Field(description="the identifier that the SIP had on its way")
    sip: str = Field(description="what its producer called it")
    when: datetime
    kind: str | None = Field(description="the kind of package; null when it could not be told")
    agreement: str
    files: int = Field(description="files found in it")
    bytes: int = Field(description="octets of these")
    quarantine: str = Field(description="where a copy lies in the archive, or why there is none")
    report: str | None = Field(description="the report for the producer; null when it is gone")
    findings: tuple[Remark, ...]

    def codes(self) -> list[tuple[str, int]]:
        """The codes of its errors, each with how often it is there."""
        return Counter(it.code for it in self.findings if it.level == "error").most_common()


class RebuildForm(Form):
    """What a rebuild of the catalogue took in."""

    status: Literal["rebuilt", "incomplete"]
    store: str
    packages: int


class InitForm(Form):
    """A new archive."""

    status: Literal["created"]
    archive: str
    stores: tuple[str, ...]


class ErrorForm(Form):
    """An error of a command that speaks of no package."""

    status: Failure


FORMS: tuple[type[Form], ...] = (
    InitForm,
    IngestForm,
    InboxForm,
    ListForm,
    ShowForm,
    AuditForm,
    *AUDIT_FORMS,
    RepairForm,
    ReleaseForm,
    DrillForm,
    ExportForm,
    CheckForm,
    ExplainForm,
    AgreedForm,
    RulesForm,
    PolicyForm,
    ReportForm,
    IntegrityForm,
    LevelsForm,
    RejectionForm,
    RebuildForm,
    IdentifyForm,
    FormatsForm,
    ReidentifyForm,
    *STORE_FORMS,
    *DISPOSAL_FORMS,
    LedgerForm,
    DoctorForm,
    ErrorForm,
)
