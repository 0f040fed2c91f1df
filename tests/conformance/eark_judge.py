"""Judges an unpacked AIP by the E-ARK requirements (CSIP 2.2.0 and its structure, AIP 2.2.0).

`judge(folder)` gives, for each rule that it checks, None or what breaks it. `UNCHECKED` says why
each other rule is not checked. It reads documents with lxml alone and shares no code with what
wrote them.
"""

import hashlib
import re
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

NS = {
    "m": "http://www.loc.gov/METS/",
    "csip": "https://DILCIS.eu/XML/METS/CSIPExtensionMETS",
    "xlink": "http://www.w3.org/1999/xlink",
    "p": "http://www.loc.gov/premis/v3",
}
AIP_PROFILE = "https://earkdip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml"
HASHES = {"SHA-512": "sha512", "SHA-256": "sha256", "SHA-1": "sha1", "MD5": "md5"}
MIME = re.compile(r"[\w.+-]+/[\w.+-]+")

UNCHECKED = {
    "CSIP45": "MAY: rightsMD; rights stand in PREMIS",
    "CSIP61": "MAY: fileGrp/@ADMID",
    "CSIP63": "MAY: csip:OTHERCONTENTINFORMATIONTYPE of a fileGrp",
    "CSIP73": "MAY: file/@OWNERID",
    "CSIP74": "MAY: file/@ADMID",
    "CSIP75": "MAY: file/@DMDID",
    "CSIP_REF_METS_1": "MAY: structLink",
    "CSIP_REF_METS_2": "MAY: behaviorSec",
    "CSIPSTR3": "MAY: a package in a container; ours is a tar, judged where it is made",
    "CSIPSTR8": "MAY: metadata/other",
    "CSIPSTR14": "MAY: further folders",
    "AIP1": "nothing is split over containers: one AIP version is one tar",
    "AIP2": "nothing is split over containers: one AIP version is one tar",
    "AIP7": "MAY: by registry, designation or both",
    "AIP8": "MAY: PRONOM as the registry",
    "AIP11": "MAY: where the object is stored",
    "AIP13": "no AIP lies inside another",
    "AIP20": "of the container: its name is the AIP's identifier, judged where the tar is made",
    "AIP21": "a policy: the identifier is the name, for UUIDs are portable file names",
    "AIP22": "of the container: every version's name begins with the identifier",
    "AIP27": "of the container: judged where the tar is made",
    "AIP28": "of the container: the tar is not compressed, judged where it is made",
}


class Document:
    """One METS document of the package."""

    def __init__(self, path, *, root):
        self.path = path
        self.is_root = root
        self.tree = etree.parse(path)

    def __call__(self, xpath):
        return self.tree.xpath(f"/m:mets/{xpath}" if xpath else "/m:mets", namespaces=NS)

    def resolve(self, element):
        """The file that an element's xlink:href names."""
        return self.path.parent / unquote(element.get(f"{{{NS['xlink']}}}href", ""))

    def name(self, element):
        return f"{self.path.name} of {self.path.parent.name}: {etree.QName(element).localname}"


class Package:
    """An unpacked AIP."""

    def __init__(self, folder):
        self.folder = folder
        self.root = Document(folder / "METS.xml", root=True)
        inner = sorted(folder.glob("representations/*/METS.xml"))
        self.inner = [Document(path, root=False) for path in inner]
        self.documents = [self.root, *self.inner]

    @cached_property
    def premis(self):
        refs = [
            document.resolve(ref)
            for document in self.documents
            for ref in document("m:amdSec/m:digiprovMD/m:mdRef[@MDTYPE='PREMIS']")
        ]
        return [etree.parse(path) for path in refs]

    def premis_values(self, xpath):
        return [value for tree in self.premis for value in tree.xpath(xpath, namespaces=NS)]


RULES = {}


def rule(*names):
    """Register a check under each rule that it covers."""

    def register(check):
        for name in names:
            RULES[name] = check
        return check

    return register


def one(name, xpath, *, root_only=False):
    """Each METS document has exactly one of this."""

    def check(package):
        for document in [package.root] if root_only else package.documents:
            found = document(xpath)
            if len(found) != 1:
                return f"{document.path}: {len(found)} of {xpath}"
        return None

    RULES[name] = check


def some(name, xpath, *, root_only=False):
    """Each METS document has at least one of this."""

    def check(package):
        for document in [package.root] if root_only else package.documents:
            if not document(xpath):
                return f"{document.path}: no {xpath}"
        return None

    RULES[name] = check


def every(name, xpath, test):
    """For every such element of every document `test(document, element)` holds."""

    def check(package):
        for document in package.documents:
            for element in document(xpath):
                if not test(document, element):
                    return f"{document.name(element)}: {dict(element.attrib)}"
        return None

    RULES[name] = check


def has(attribute, value=None):
    key = attribute
    if ":" in attribute:
        prefix, _, local = attribute.partition(":")
        key = f"{{{NS[prefix]}}}{local}"
    return lambda _, element: (
        bool(element.get(key)) if value is None else element.get(key) in value.split("|")
    )


def unique_id(document, element):
    own = element.get("ID", "")
    return bool(re.fullmatch(r"[A-Za-z_][\w.-]*", own)) and (
        len(document.tree.xpath("//*[@ID=$own]", own=own)) == 1
    )


def resolves(document, element):
    return document.resolve(element).is_file()


def mime(_, element):
    return bool(MIME.fullmatch(element.get("MIMETYPE", "")))


def size_agrees(document, element):
    return document.resolve(element).stat().st_size == int(element.get("SIZE", "-1"))


def digest_agrees(document, element, owner=None):
    owner = element if owner is None else owner
    name = HASHES[owner.get("CHECKSUMTYPE")]
    found = hashlib.new(name, document.resolve(element).read_bytes()).hexdigest()
    return found == owner.get("CHECKSUM", "").lower()


# The root element and the header
@rule("CSIP1", "AIPM1", "CSIPSTR2")
def objid(package):
    for document in package.documents:
        found = document.tree.getroot().get("OBJID")
        if found != document.path.parent.name:
            return f"{document.path}: OBJID {found!r} is not the folder's name"
    return None


every("CSIP2", "", has("TYPE"))
every("CSIP3", "self::*[@TYPE='OTHER']", has("csip:OTHERTYPE"))
every("CSIP4", "", has("csip:CONTENTINFORMATIONTYPE"))
every(
    "CSIP5",
    "self::*[@csip:CONTENTINFORMATIONTYPE='OTHER']",
    has("csip:OTHERCONTENTINFORMATIONTYPE"),
)
every("CSIP6", "", has("PROFILE"))
every("AIPM2", "", has("PROFILE", AIP_PROFILE))
one("CSIP117", "m:metsHdr")
every("CSIP7", "m:metsHdr", has("CREATEDATE"))
every("CSIP8", "m:metsHdr", has("LASTMODDATE"))
every("CSIP9", "m:metsHdr", has("csip:OAISPACKAGETYPE", "SIP|AIP|DIP|AIU|AIC"))
every("AIPM3", "m:metsHdr", has("csip:OAISPACKAGETYPE", "AIP"))
some("CSIP10", "m:metsHdr/m:agent")
SOFTWARE = "m:metsHdr/m:agent[@ROLE='CREATOR'][@TYPE='OTHER'][@OTHERTYPE='SOFTWARE']"
for number in (11, 12, 13):
    one(f"CSIP{number}", SOFTWARE)
one("CSIP14", f"{SOFTWARE}/m:name[text()]")
one("CSIP15", f"{SOFTWARE}/m:note[text()]")
one("CSIP16", f"{SOFTWARE}/m:note[@csip:NOTETYPE='SOFTWARE VERSION']")

# Sections that point to metadata documents
some("CSIP17", "m:dmdSec", root_only=True)
some("AIPM4", "m:dmdSec[@STATUS='CURRENT']", root_only=True)
some("CSIP32", "m:amdSec/m:digiprovMD")
some("AIPM5", "m:amdSec/m:digiprovMD/m:mdRef")
some("AIPM6", "m:amdSec/m:digiprovMD/m:mdRef[@MDTYPE='PREMIS']")
some("AIPM7", "m:amdSec/m:digiprovMD/m:mdRef[@MDTYPE='PREMIS'][starts-with(@MDTYPEVERSION,'3')]")
one("CSIP31", "m:amdSec")
every("CSIP19", "m:dmdSec", has("CREATED"))
MDTYPES = (
    "MARC|MODS|EAD|DC|NISOIMG|LC-AV|VRA|TEIHDR|DDI|FGDC|LOM|PREMIS|PREMIS:OBJECT|PREMIS:AGENT"
    "|PREMIS:RIGHTS|PREMIS:EVENT|TEXTMD|METSRIGHTS|ISO 19115:2003 NAP|EAC-CPF|LIDO|OTHER"
)


def sections(xpath, identifier, status, first):
    """The rules that dmdSec, digiprovMD and rightsMD share; `first` is the number of mdRef."""
    every(f"CSIP{identifier}", xpath, unique_id)
    every(f"CSIP{status}", xpath, has("STATUS", "CURRENT|SUPERSEDED"))
    every(f"CSIP{first}", xpath, lambda _, e: len(e.findall("m:mdRef", NS)) == 1)
    ref = f"{xpath}/m:mdRef"
    tests = (
        has("LOCTYPE", "URL"),
        has("xlink:type", "simple"),
        resolves,
        has("MDTYPE", MDTYPES),
        mime,
        size_agrees,
        has("CREATED"),
        digest_agrees,
        has("CHECKSUMTYPE", "|".join(HASHES)),
    )
    for number, test in enumerate(tests, first + 1):
        every(f"CSIP{number}", ref, test)


sections("m:dmdSec", 18, 20, 21)
sections("m:amdSec/m:digiprovMD", 33, 34, 35)
sections("m:amdSec/m:rightsMD", 46, 47, 48)


# Files
@rule("CSIP58")
def every_file_is_referred_to(package):
    named = {package.folder / "METS.xml"}
    for document in package.documents:
        if len(document("m:fileSec")) != 1:
            return f"{document.path}: not one fileSec"
        refs = document("m:fileSec/m:fileGrp/m:file/m:FLocat") + document(".//m:mdRef")
        named |= {document.resolve(ref) for ref in refs}
    lost = [path for path in package.folder.rglob("*") if path.is_file() and path not in named]
    return f"in no METS document: {lost[0]}" if lost else None


every("CSIP59", "m:fileSec", unique_id)
some("CSIP60", "m:fileSec/m:fileGrp[@USE='Documentation']", root_only=True)
some("CSIP113", "m:fileSec/m:fileGrp[@USE='Schemas']", root_only=True)
some("CSIP114", "m:fileSec/m:fileGrp[starts-with(@USE,'Representations')]")
CONTENT = "m:fileSec/m:fileGrp[starts-with(@USE,'Representations')]"
every("CSIP62", CONTENT, has("csip:CONTENTINFORMATIONTYPE"))


@rule("CSIP64")
def use_is_the_folder(package):
    for document in package.documents:
        below = "" if document.is_root else f"Representations/{document.path.parent.name}/"
        for group in document("m:fileSec/m:fileGrp"):
            for place in group.xpath("m:file/m:FLocat", namespaces=NS):
                path = document.resolve(place).relative_to(document.path.parent)
                whole = (below + path.as_posix()).lower()
                if not whole.startswith(group.get("USE").lower() + "/"):
                    return f"{document.path}: {path} in the group {group.get('USE')}"
    return None


every("CSIP65", "m:fileSec/m:fileGrp", unique_id)
every("CSIP66", "m:fileSec/m:fileGrp", lambda _, e: e.find("m:file", NS) is not None)
FILE = "m:fileSec/m:fileGrp/m:file"
every("CSIP67", FILE, unique_id)
every("CSIP68", FILE, mime)
every(
    "CSIP69",
    f"{FILE}/m:FLocat",
    lambda d, e: d.resolve(e).stat().st_size == int(e.getparent().get("SIZE", "-1")),
)
every("CSIP70", FILE, has("CREATED"))
every("CSIP71", f"{FILE}/m:FLocat", lambda d, e: digest_agrees(d, e, e.getparent()))
every("CSIP72", FILE, has("CHECKSUMTYPE", "|".join(HASHES)))
every("CSIP76", FILE, lambda _, e: len(e.findall("m:FLocat", NS)) == 1)
every("CSIP77", f"{FILE}/m:FLocat", has("LOCTYPE", "URL"))
every("CSIP78", f"{FILE}/m:FLocat", has("xlink:type", "simple"))
every("CSIP79", f"{FILE}/m:FLocat", resolves)

# The structural map
some("CSIP80", "m:structMap")
one("CSIP81", "m:structMap[@TYPE='PHYSICAL']")
one("CSIP82", "m:structMap[@LABEL='CSIP']")
MAP = "m:structMap[@LABEL='CSIP']"
every("CSIP83", MAP, unique_id)
one("CSIP84", f"{MAP}/m:div")
every("CSIP85", f"{MAP}/m:div", unique_id)
DIV = f"{MAP}/m:div/m:div"
one("CSIP88", f"{DIV}[@LABEL='Metadata']")
every("CSIP89", f"{DIV}[@LABEL='Metadata']", unique_id)
one("CSIP90", f"{DIV}[@LABEL='Metadata']")


def current(name, attribute, xpath):
    def check(package):
        for document in package.documents:
            listed = document(f"{DIV}[@LABEL='Metadata']")[0].get(attribute, "").split()
            found = [element.get("ID") for element in document(f"{xpath}[@STATUS='CURRENT']")]
            if sorted(listed) != sorted(found):
                return f"{document.path}: {attribute} is {listed}, the sections are {found}"
        return None

    RULES[name] = check


current("CSIP91", "ADMID", "m:amdSec/m:digiprovMD")
current("CSIP92", "DMDID", "m:dmdSec")


def division(label, groups, division_rules, pointer_rules):
    """A division of the map that points to the file groups of its kind."""
    exists, identifier, labelled = division_rules
    every(identifier, f"{DIV}[@LABEL='{label}']", unique_id)

    def check(package):
        for document in package.documents:
            wanted = {group.get("ID") for group in document(groups(document))}
            found = document(f"{DIV}[@LABEL='{label}']")
            if len(found) != bool(wanted):
                return f"{document.path}: {len(found)} divisions {label}, groups {wanted}"
            pointed = [p.get("FILEID") for d in found for p in d.findall("m:fptr", NS)]
            if sorted(pointed) != sorted(wanted):
                return f"{document.path}: {label} points to {pointed}, groups {wanted}"
        return None

    for name in (exists, labelled, *pointer_rules):
        RULES[name] = check


def use(name):
    return lambda _: f"m:fileSec/m:fileGrp[@USE='{name}']"


def content(document):
    """Groups of content itself: those of the root that hold a METS document are pointers."""
    pointer = "m:file/m:FLocat[substring(@xlink:href,string-length(@xlink:href)-8)='/METS.xml']"
    return f"{CONTENT}[not({pointer})]" if document.is_root else CONTENT


division(
    "Documentation", use("Documentation"), ("CSIP93", "CSIP94", "CSIP95"), ("CSIP96", "CSIP116")
)
division("Schemas", use("Schemas"), ("CSIP97", "CSIP98", "CSIP99"), ("CSIP100", "CSIP118"))
division("Representations", content, ("CSIP101", "CSIP102", "CSIP103"), ("CSIP104", "CSIP119"))

REPRESENTATION = f"{DIV}[starts-with(@LABEL,'Representations/')]"


@rule("CSIP105", "CSIP107", "CSIP108", "CSIP109", "CSIP110", "AIP3")
def representations_are_pointed_to(package):
    for inner in package.inner:
        name = inner.path.parent.name
        label = f"Representations/{name}"
        found = package.root(f"{DIV}[@LABEL='{label}']")
        if len(found) != 1:
            return f"{len(found)} divisions {label}"
        pointers = found[0].findall("m:mptr", NS)
        if len(pointers) != 1 or package.root.resolve(pointers[0]) != inner.path:
            return f"{label}: no one mptr to {inner.path}"
        group = pointers[0].get(f"{{{NS['xlink']}}}title")
        places = package.root(f"m:fileSec/m:fileGrp[@ID='{group}'][@USE='{label}']/m:file/m:FLocat")
        if [package.root.resolve(place) for place in places] != [inner.path]:
            return f"{label}: the group {group} does not list its METS document"
        pointed = [pointer.get("FILEID") for pointer in found[0].findall("m:fptr", NS)]
        if pointed != [places[0].getparent().get("ID")]:
            return f"{label}: fptr to {pointed}"
    return None


every("CSIP106", REPRESENTATION, unique_id)
every("CSIP111", f"{REPRESENTATION}/m:mptr", has("xlink:type", "simple"))
every("CSIP112", f"{REPRESENTATION}/m:mptr", has("LOCTYPE", "URL"))


# Folders
def folder(name, path):
    RULES[name] = lambda package: None if (package.folder / path).exists() else f"no {path}"


for name, path in {
    "CSIPSTR4": "METS.xml",
    "CSIPSTR5": "metadata",
    "CSIPSTR6": "metadata/preservation",
    "CSIPSTR7": "metadata/descriptive",
    "CSIPSTR9": "representations",
    "CSIPSTR15": "schemas",
    "CSIPSTR16": "documentation",
}.items():
    folder(name, path)


@rule("CSIPSTR1")
def one_root_folder(package):
    return None if package.folder.is_dir() else "not a folder"


@rule("CSIPSTR10", "CSIPSTR11", "CSIPSTR12", "CSIPSTR13")
def each_representation_is_whole(package):
    found = sorted((package.folder / "representations").iterdir())
    for path in found:
        for part in ("data", "METS.xml", "metadata"):
            if not (path / part).exists():
                return f"{path}: no {part}"
    return None if found else "no representation"


# PREMIS
@rule("AIP12")
def objects_are_related(package):
    alone = package.premis_values("//p:object[not(p:relationship)]")
    return f"{len(alone)} objects have no relationship" if alone else None


@rule("AIP15")
def events_have_identifiers(package):
    xpath = "//p:event[not(p:eventIdentifier/p:eventIdentifierValue/text())]"
    return "an event has no identifier" if package.premis_values(xpath) else None


@rule("AIP16")
def events_are_linked_to_agents(package):
    xpath = "//p:event[not(p:linkingAgentIdentifier)]"
    return "an event has no agent" if package.premis_values(xpath) else None


@rule("AIP17")
def objects_cite_the_event_that_made_them(package):
    made = "//p:event[p:eventType='information package creation']//p:eventIdentifierValue/text()"
    known = set(package.premis_values(made))
    for tree in package.premis:
        for it in tree.iterfind("p:object/p:relationship", NS):
            if (
                it.findtext("p:relatedEventIdentifier/p:relatedEventIdentifierValue", "", NS)
                not in known
            ):
                return "an object does not cite the event that made the package"
    return None


@rule("AIP18")
def agents_are_described(package):
    for tree in package.premis:
        known = tree.xpath("//p:agent//p:agentIdentifierValue/text()", namespaces=NS)
        cited = tree.xpath("//p:linkingAgentIdentifierValue/text()", namespaces=NS)
        if set(cited) - set(known):
            return f"agents {set(cited) - set(known)} are not described"
    return None


def judge(folder):
    """For each rule that is checked: None, or what breaks it."""
    package = Package(Path(folder))
    return {name: _outcome(check, package) for name, check in RULES.items()}


def _outcome(check, package):
    try:
        return check(package)
    except (OSError, KeyError, ValueError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
