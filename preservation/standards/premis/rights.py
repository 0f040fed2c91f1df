"""Rights statements of PREMIS 3, written and read back: the block of the basis, and the grants."""

from collections.abc import Mapping, Sequence

from lxml import etree

from preservation.model.identifiers import PackageId
from preservation.model.premis import Grant, RightsStatement, object_identifier
from preservation.standards.premis.document import PATH, UUID
from preservation.standards.xml import PREMIS, text

_AUTHORITY = (
    ' authority="rightsBasis" authorityURI="http://id.loc.gov/vocabulary/preservation/rightsBasis"'
)
_UNKNOWN = "unknown"
"""How a period that has an end only says when it began (EDTF); PREMIS asks for a start."""

_ALLOWED = "allow"
_PREFIXES = {
    "copyright": "copyright",
    "license": "license",
    "statute": "statute",
    "other": "otherRights",
}


def write(package: PackageId, it: RightsStatement) -> str:
    """A `rights` element; a statement without objects is about the package."""
    links = "".join(_linked(package, path) for path in it.objects or ("",))
    return (
        "<rights><rightsStatement><rightsStatementIdentifier><rightsStatementIdentifierType>local"
        f"</rightsStatementIdentifierType><rightsStatementIdentifierValue>{text(it.identifier)}"
        "</rightsStatementIdentifierValue></rightsStatementIdentifier>"
        f"<rightsBasis{_AUTHORITY}>{text(it.basis)}</rightsBasis>{_block(it)}"
        f"{''.join(map(_granted, it.grants))}{links}</rightsStatement></rights>\n"
    )


def _linked(package: PackageId, path: str) -> str:
    """Files go by their objects; a folder (with `/` at its end) and submission material by path."""
    named = not path or (path.startswith("representations/") and not path.endswith("/"))
    kind, value = (UUID, object_identifier(package, path)) if named else (PATH, path)
    return (
        f"<linkingObjectIdentifier><linkingObjectIdentifierType>{kind}"
        f"</linkingObjectIdentifierType><linkingObjectIdentifierValue>{text(value)}"
        "</linkingObjectIdentifierValue></linkingObjectIdentifier>"
    )


def _element(name: str, value: str) -> str:
    return f"<{name}>{text(value)}</{name}>" if value else ""


def _dates(name: str, start: str, end: str) -> str:
    if not start and not end:
        return ""
    return f"<{name}>{_element('startDate', start or _UNKNOWN)}{_element('endDate', end)}</{name}>"


def _block(it: RightsStatement) -> str:
    """The block of the basis, if there is enough to say in it."""
    name = _PREFIXES[it.basis]
    notes = "".join(_element(f"{name}Note", note) for note in it.notes)
    documents = "".join(_document(name, *document) for document in it.documents)
    dates = _dates(f"{name}ApplicableDates", it.start, it.end)
    parts = {
        "copyright": (
            _element("copyrightStatus", it.status),
            _element("copyrightJurisdiction", it.jurisdiction),
            _element("copyrightStatusDeterminationDate", it.determined),
            notes + documents + dates,
        ),
        "license": (documents, _element("licenseTerms", it.terms), notes, dates),
        "statute": (
            _element("statuteJurisdiction", it.jurisdiction),
            _element("statuteCitation", it.citation),
            _element("statuteInformationDeterminationDate", it.determined),
            notes + documents + dates,
        ),
        "other": (documents, _element("otherRightsBasis", it.other_basis), dates, notes),
    }[it.basis]
    said = "".join(parts)
    return f"<{name}Information>{said}</{name}Information>" if said else ""


def _document(name: str, kind: str, value: str, role: str) -> str:
    outer = f"{name}DocumentationIdentifier"
    return (
        f"<{outer}>{_element(f'{outer}Type', kind)}{_element(f'{outer}Value', value)}"
        f"{_element(f'{name}DocumentationRole', role)}</{outer}>"
    )


def _granted(it: Grant) -> str:
    """A period of what is allowed is a term of the grant, any other one of the restriction."""
    allowed = not it.restriction or it.restriction.lower() == _ALLOWED
    term = "termOfGrant" if allowed else "termOfRestriction"
    return (
        f"<rightsGranted><act>{text(it.act)}</act>{_element('restriction', it.restriction)}"
        f"{_dates(term, it.start, it.end)}{_element('rightsGrantedNote', it.note)}</rightsGranted>"
    )


def read(element: etree._Element, paths: Mapping[str, str], package: str) -> RightsStatement:
    """The inverse of `write`; ValueError for what it does not write."""
    identifier = _text(element, "rightsStatementIdentifier/rightsStatementIdentifierValue")
    basis = _text(element, "rightsBasis")
    if not identifier:
        raise ValueError(f"{element.tag} lacks rightsStatementIdentifier")
    if basis not in _PREFIXES:
        raise ValueError(f"{basis!r} is not a basis of rights known here")
    name = _PREFIXES[basis]
    block = f"{name}Information/"
    links = _all(element, "linkingObjectIdentifier/linkingObjectIdentifierValue")
    objects = tuple(paths.get(it.text or "", it.text or "") for it in links)
    dates = f"{block}{name}ApplicableDates/"
    determined = "copyrightStatusDeterminationDate"
    if basis == "statute":
        determined = "statuteInformationDeterminationDate"
    outer = f"{name}DocumentationIdentifier"
    return RightsStatement(
        identifier,
        basis,
        tuple(_grant(granted) for granted in _all(element, "rightsGranted")),
        objects=() if objects == (package,) else objects,
        other_basis=_text(element, f"{block}otherRightsBasis"),
        status=_text(element, f"{block}copyrightStatus"),
        jurisdiction=_text(element, f"{block}{name}Jurisdiction"),
        determined=_text(element, block + determined),
        start=_start(_text(element, f"{dates}startDate")),
        end=_text(element, f"{dates}endDate"),
        terms=_text(element, f"{block}licenseTerms"),
        citation=_text(element, f"{block}statuteCitation"),
        notes=tuple(note.text or "" for note in _all(element, f"{block}{name}Note")),
        documents=tuple(
            (
                _text(it, f"{outer}Type"),
                _text(it, f"{outer}Value"),
                _text(it, f"{name}DocumentationRole"),
            )
            for it in _all(element, block + outer)
        ),
    )


def _grant(element: etree._Element) -> Grant:
    term = "termOfGrant/"
    if not _all(element, "termOfGrant"):
        term = "termOfRestriction/"
    return Grant(
        _text(element, "act"),
        _text(element, "restriction"),
        _start(_text(element, f"{term}startDate")),
        _text(element, f"{term}endDate"),
        _text(element, "rightsGrantedNote"),
    )


def _start(value: str) -> str:
    return "" if value == _UNKNOWN else value


def _text(element: etree._Element, path: str) -> str:
    return element.findtext("/".join(f"{{{PREMIS}}}{name}" for name in path.split("/")), "")


def _all(element: etree._Element, path: str) -> Sequence[etree._Element]:
    return element.findall("/".join(f"{{{PREMIS}}}{name}" for name in path.split("/")))
