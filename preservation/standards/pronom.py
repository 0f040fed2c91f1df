"""PRONOM's signature file and container signature file, as DROID reads them.

Both are XML that an operator brings, so they are read like all XML from outside: no entities, no
network, bounded. Sections: `FFSignatureFile` (namespace `...pronom/SignatureFile`) and
`ContainerSignatureMapping` (no namespace).
"""

from collections.abc import Iterator

from lxml import etree

from preservation.errors import Misconfigured
from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.model.signatures import (
    ByteSequence,
    ContainerFile,
    ContainerSignature,
    Fragment,
    Inside,
    InternalSignature,
    Reference,
    SignatureFile,
    SignedFormat,
    Subsequence,
)
from preservation.rules import Refused
from preservation.standards.untrusted import parse_untrusted
from preservation.standards.xml import local

_NAMESPACE = "{http://www.nationalarchives.gov.uk/pronom/SignatureFile}"
_REFERENCES = {
    "BOFoffset": Reference.START,
    "EOFoffset": Reference.END,
    "Variable": Reference.ANYWHERE,
    None: Reference.ANYWHERE,
}
_KINDS = ("ZIP", "OLE2")


def read_signatures(document: bytes, where: str) -> SignatureFile:
    """The signature file in a document; `where` is what messages call it.

    Raises Misconfigured when it is not XML, is hostile, or is not a signature file.
    """
    root = _root(document, where, _NAMESPACE + "FFSignatureFile", "PRONOM signature file")
    try:
        signatures = tuple(
            InternalSignature(_said(it, "ID"), tuple(_sequences(it, _NAMESPACE)))
            for it in root.iterfind(f"{_NAMESPACE}InternalSignatureCollection/*")
        )
        formats = tuple(_format(it) for it in root.iterfind(f"{_NAMESPACE}FileFormatCollection/*"))
        release = int(_said(root, "Version"))
    except (KeyError, ValueError) as error:
        raise _wrong(where, "PRONOM signature file", error) from error
    if not signatures or not formats:
        raise Misconfigured(f"{where}: a PRONOM signature file without signatures or formats")
    unknown = {s for f in formats for s in f.signatures} - {s.id for s in signatures}
    if unknown:
        raise Misconfigured(f"{where}: formats name signature {min(unknown)}, which is not there")
    return SignatureFile(release, root.get("DateCreated", ""), signatures, formats)


def read_containers(document: bytes, where: str) -> ContainerFile:
    """The container signature file in a document; raises Misconfigured like `read_signatures`."""
    kind = "container signature file"
    root = _root(document, where, "ContainerSignatureMapping", kind)
    try:
        puids = {
            _said(it, "signatureId"): Puid(_said(it, "Puid"))
            for it in root.iter("FileFormatMapping")
        }
        signatures = tuple(
            ContainerSignature(
                _said(it, "Id"),
                _said(it, "ContainerType"),
                puids[_said(it, "Id")],
                tuple(map(_inside, it.iterfind("Files/File"))),
            )
            for it in root.iterfind("ContainerSignatures/ContainerSignature")
        )
        triggers = tuple(
            (Puid(_said(it, "Puid")), _said(it, "ContainerType")) for it in root.iter("TriggerPuid")
        )
        release = int(_said(root, "signatureVersion"))
    except (KeyError, ValueError) as error:
        raise _wrong(where, kind, error) from error
    strange = {s.kind for s in signatures} - set(_KINDS)
    if strange or not signatures or not triggers:
        what = f"containers of the kind {min(strange)}" if strange else "no container signatures"
        raise Misconfigured(f"{where}: it has {what}; give a container signature file of PRONOM")
    return ContainerFile(release, signatures, triggers)


def _root(document: bytes, where: str, name: str, kind: str) -> etree._Element:
    try:
        root = parse_untrusted(document, where)
    except Refused as error:
        raise Misconfigured(*error.reasons) from error
    if root.tag != name:
        found = local(root)
        raise Misconfigured(f"{where}: expected a {kind}, found an XML document <{found}>")
    return root


def _said(it: etree._Element, name: str) -> str:
    """The value of an attribute; KeyError when it is not there."""
    return str(it.attrib[name])


def _wrong(where: str, kind: str, error: Exception) -> Misconfigured:
    missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    return Misconfigured(f"{where}: not a {kind} as PRONOM makes them: {missing}")


def _format(it: etree._Element) -> SignedFormat:
    return SignedFormat(
        _said(it, "ID"),
        Format(
            Puid(_said(it, "PUID")),
            _said(it, "Name"),
            it.get("Version", ""),
            it.get("MIMEType", ""),
        ),
        tuple(_texts(it, "Extension")),
        tuple(_texts(it, "InternalSignatureID")),
        tuple(_texts(it, "HasPriorityOverFileFormatID")),
    )


def _texts(it: etree._Element, name: str) -> Iterator[str]:
    for child in it.iterfind(_NAMESPACE + name):
        yield (child.text or "").strip()


def _inside(it: etree._Element) -> Inside:
    path = (it.findtext("Path") or "").strip()
    if not path:
        raise ValueError("a file in a container without a path")
    found = it.iterfind("BinarySignatures/InternalSignatureCollection/InternalSignature")
    return Inside(
        path, tuple(InternalSignature(_said(s, "ID"), tuple(_sequences(s, ""))) for s in found)
    )


def _sequences(it: etree._Element, ns: str) -> Iterator[ByteSequence]:
    for found in it.iterfind(ns + "ByteSequence"):
        told = found.get("Reference")
        if told not in _REFERENCES:
            raise ValueError(f"signature {it.get('ID')}: a reference {told}")
        children = sorted(
            found.iterfind(ns + "SubSequence"), key=lambda s: int(s.get("Position", "1"))
        )
        if not children:
            raise ValueError(f"signature {it.get('ID')}: a byte sequence without subsequences")
        reference = _REFERENCES[told]
        yield ByteSequence(
            reference,
            tuple(_subsequence(s, ns, n, reference) for n, s in enumerate(children)),
        )


def _subsequence(it: etree._Element, ns: str, place: int, reference: Reference) -> Subsequence:
    low = int(it.get("SubSeqMinOffset") or 0)
    told = it.get("SubSeqMaxOffset")
    floating = place > 0 or reference is Reference.ANYWHERE
    high = None if floating and not told else max(int(told or 0), low)
    return Subsequence(
        low,
        high,
        (it.findtext(ns + "Sequence") or "").strip(),
        tuple(_fragments(it, ns + "LeftFragment")),
        tuple(_fragments(it, ns + "RightFragment")),
    )


def _fragments(it: etree._Element, name: str) -> Iterator[Fragment]:
    for found in it.iterfind(name):
        low = int(found.get("MinOffset") or 0)
        high = max(int(found.get("MaxOffset") or low), low)
        position = int(found.get("Position", "1"))
        yield Fragment(position, low, high, (found.text or "").strip())
