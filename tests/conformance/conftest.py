"""Fixtures of the tests against other people's rules: judge, official schemas, an AIP."""

import importlib.util
import shutil
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path

import pytest
from lxml import etree

from preservation.assembly.check import check
from preservation.assembly.sources import FolderSource
from preservation.forms.words import checked
from preservation.model.description import Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import (
    Agent,
    AgentType,
    Event,
    EventType,
    FileObject,
    Finding,
    Grant,
    Outcome,
    RepresentationObject,
    RightsStatement,
    object_identifier,
)
from preservation.model.report import Level
from preservation.rules import Refused, level
from preservation.stages.receive import receive
from preservation.stages.receive.reading import References
from preservation.stages.verify import verify
from preservation.standards import dublin_core, mets, premis, schema
from preservation.standards.eark import terms as eark

PACKAGE = PackageId("0edb7e11-dd9c-463b-bf5a-5139a6f0b353")
NOW = datetime(2024, 5, 1, 10, tzinfo=UTC)
ARKIV = Agent("Arkiv", "0.1.0")
CITY = Agent("Arkivi i Komunës", type=AgentType.ORGANIZATION)
TIFF = Format(Puid("fmt/353"), "Tagged Image File Format", "", "image/tiff")
ORIGINAL = "representations/original"


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def eark_judge():
    """The module that judges an AIP by the E-ARK requirements."""
    return _load(Path(__file__).with_name("eark_judge.py"))


@pytest.fixture(scope="session")
def strategies():
    """Hypothesis strategies of what documents say."""
    return _load(Path(__file__).parents[1] / "strategies" / "documents.py")


@pytest.fixture
def said_of(quiet):
    """Codes by level of all that the rules say of a bag in a folder, as `arkiv check` has it."""

    def run(stage, said):
        while True:
            try:
                said.extend(next(stage).remarks)
            except StopIteration as end:
                return end.value

    def say(folder, hosts=frozenset()):
        source, said = FolderSource(folder), []
        try:
            sip = run(receive(source, package=PACKAGE, references=References(hosts)), said)
            run(verify(sip, source, holder=None, cores=1, progress=quiet), said)
        except Refused as refused:
            said += refused.remarks
        return {grave: {r.code for r in said if level(r) is grave} for grave in Level}

    return say


@pytest.fixture
def bag_verdict(quiet):
    """What the report on a package says of it as a bag, and whether it is in order at all."""

    def judge(place):
        form = checked(check(place, progress=quiet), place.name)
        return form.bag, form.status

    return judge


class _Offline(etree.Resolver):
    """Gives the official schemas by their addresses, from the folder beside the checkout."""

    def __init__(self, folder):
        self.files = {
            "http://www.loc.gov/standards/xlink/xlink.xsd": folder / "xlink/xlink.xsd",
            "http://www.w3.org/2001/03/xml.xsd": folder / "shared/xml/w3.org.2009.01/xml.xsd",
            "http://dublincore.org/schemas/xmls/simpledc20021212.xsd": folder
            / "dc/simpledc20021212.xsd",
        }
        self.folder = folder

    def resolve(self, url, public_id, context):  # noqa: ARG002 - lxml's signature
        if url in self.files:
            return self.resolve_filename(str(self.files[url]), context)
        if url and Path(url.removeprefix("file://")).is_relative_to(self.folder):
            return None
        raise AssertionError(f"{url} was asked for, and is not mapped to a file")


@pytest.fixture(scope="session")
def official(shared):
    """Official schemas, compiled: `official["METS"]`, `["PREMIS"]`, `["DC"]`."""
    folder = shared.resolve() / "standards" / "xsd"

    def compiled(name):
        parser = etree.XMLParser(no_network=True)
        parser.resolvers.add(_Offline(folder))
        return etree.XMLSchema(etree.parse(folder / name, parser))

    return {
        "METS": compiled("mets/mets-1.12.1.xsd"),
        "PREMIS": compiled("premis/premis-v3-0.xsd"),
        "DC": compiled("oai-pmh/oai_dc.xsd"),
    }


class _Folder:
    """An AIP that is being laid out."""

    def __init__(self, root):
        self.root = root

    def put(self, path, content):
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else b"".join(content))

    def facts(self, path, below=""):
        """What a METS document in the folder `below` says of a file."""
        content = (self.root / path).read_bytes()
        digest = Digest(Algorithm.SHA512, sha512(content).hexdigest())
        identifier = object_identifier(PACKAGE, path)
        return identifier, path.removeprefix(below), len(content), digest

    def file(self, path, mime, below=""):
        return mets.FileRef(*self.facts(path, below), mime, NOW)

    def metadata(self, path, kind, version="", below=""):
        return mets.MetadataRef(*self.facts(path, below), "text/xml", NOW, kind, version)

    def group(self, use, mime):
        folder = self.root / use.lower()
        paths = sorted(p.relative_to(self.root).as_posix() for p in folder.iterdir())
        return mets.FileGroup(use, tuple(self.file(path, mime) for path in paths))


def _events(paths):
    made = Finding(EventType.PACKAGE_CREATION, Outcome.SUCCESS, ARKIV, "laid out as an E-ARK AIP")
    checked = Finding(
        EventType.VIRUS_CHECK, Outcome.NOT_PERFORMED, ARKIV, "virus check", "no scanner", paths
    )
    return tuple(
        Event(object_identifier(PACKAGE, f"event {number}"), NOW, finding)
        for number, finding in enumerate((checked, made))
    )


def _lay_out_representation(aip, events):
    below = f"{ORIGINAL}/"
    names = ["data/Faqja 1 & 2, ë.tif", "data/Страна/100%.tif"]
    for name in names:
        aip.put(below + name, f"content of {name}".encode())
    heard = Answer("siegfried 1.11.1", (TIFF,), Basis.SIGNATURE, "byte match at 0, 4")
    objects = []
    for name in names:
        identifier, _, size, digest = aip.facts(below + name)
        objects.append(
            FileObject(
                identifier,
                below + name,
                name,
                size,
                NOW,
                (digest, Digest(Algorithm.MD5, "0" * 32)),
                TIFF,
                "siegfried is sure",
                (heard,),
                (("pages", "1"),),
                ("encryption",),
            )
        )
    it = RepresentationObject(object_identifier(PACKAGE, ORIGINAL), "original")
    preservation = f"{below}metadata/preservation/premis.xml"
    creation = events[-1].identifier
    aip.put(
        preservation,
        premis.write_representation(
            package=PACKAGE, representation=it, files=objects, creation=creation
        ),
    )
    document = mets.Mets(
        objid="original",
        label="Original",
        created=NOW,
        kind=mets.Kind.REPRESENTATION,
        agents=(ARKIV,),
        descriptive=(),
        provenance=(aip.metadata(preservation, "PREMIS", "3.0", below),),
        groups=(
            mets.FileGroup(
                eark.content_use("original"),
                [aip.file(below + name, "image/tiff", below) for name in names],
            ),
        ),
    )
    aip.put(f"{below}METS.xml", mets.write(document))
    return it


def _lay_out(root):
    aip = _Folder(root)
    events = _events((f"{ORIGINAL}/data/Faqja 1 & 2, ë.tif", "submission/metadata.csv"))
    original = _lay_out_representation(aip, events)
    for path in schema.folder().glob("*.xsd"):
        aip.put(f"schemas/{path.name}", path.read_bytes())
    aip.put("documentation/README.txt", b"What this is")
    aip.put("submission/metadata.csv", b"filename,dc.title\n")
    title = Statement("title", "Regjistri i lindjeve", "sq")
    aip.put("metadata/descriptive/dc.xml", dublin_core.write_package(Record("", (title,))))
    described = Record(f"{ORIGINAL}/data/Faqja 1 & 2, ë.tif", (title,))
    aip.put("metadata/descriptive/files.xml", dublin_core.write_files([described]))
    rights = RightsStatement(
        "r1", "statute", (Grant("disseminate", "after 2087", note="Law 04/L-088"),)
    )
    aip.put(
        "metadata/preservation/premis.xml",
        premis.write_package(
            package=PACKAGE,
            sip="scans-1987",
            representations=[original],
            events=events,
            rights=[rights],
        ),
    )
    document = mets.Mets(
        objid=PACKAGE,
        label="Regjistri i lindjeve",
        created=NOW,
        kind=mets.Kind.PACKAGE,
        agents=(ARKIV, CITY),
        descriptive=(
            aip.metadata("metadata/descriptive/dc.xml", "DC"),
            aip.metadata("metadata/descriptive/files.xml", "DC"),
        ),
        provenance=(aip.metadata("metadata/preservation/premis.xml", "PREMIS", "3.0"),),
        groups=(
            aip.group(eark.DOCUMENTATION, "text/plain"),
            aip.group(eark.SCHEMAS, "text/xml"),
            aip.group(eark.SUBMISSION, "text/csv"),
        ),
        representations=(
            mets.RepresentationRef("original", aip.file(f"{ORIGINAL}/METS.xml", "text/xml")),
        ),
    )
    aip.put("METS.xml", mets.write(document))


@pytest.fixture(scope="session")
def aip_folder(tmp_path_factory):
    """An unpacked AIP; nobody changes it (`spoilt` is a copy that one may change)."""
    root = tmp_path_factory.mktemp("aip") / PACKAGE
    _lay_out(root)
    return root


@pytest.fixture
def spoilt(aip_folder, tmp_path):
    """A copy of the AIP that a test may change."""
    return Path(shutil.copytree(aip_folder, tmp_path / aip_folder.name))
