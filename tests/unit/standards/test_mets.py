"""METS: the stream equals a tree, comes back as it was, and is valid under our schema."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.model.fixity import Algorithm, Digest
from preservation.model.premis import Agent
from preservation.standards import mets
from preservation.standards.eark import terms as eark
from preservation.standards.schema import SchemaName, validate
from preservation.standards.xml import METS, XLINK, XSI, href, instant

CSIP = f"{{{eark.CSIP}}}"
SIP = f"{{{eark.SIP}}}"
BEGAN = datetime(2024, 5, 1, 10, tzinfo=UTC)
ROLES = {
    "software": {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"},
    "organization": {"ROLE": "PRESERVATION", "TYPE": "ORGANIZATION"},
    "person": {"ROLE": "ARCHIVIST", "TYPE": "INDIVIDUAL"},
}


def written(document):
    return b"".join(mets.write(document))


def name(prefix, text):
    return prefix + "".join(
        c if c.isascii() and (c.isalnum() or c in ".-") else f"_{ord(c):x}_" for c in text
    )


def location(path):
    return {
        "LOCTYPE": "URL",
        f"{{{XLINK}}}type": "simple",
        f"{{{XLINK}}}href": href(path),
    }


def octets(ref):
    return {
        "MIMETYPE": ref.mime,
        "SIZE": str(ref.size),
        "CREATED": instant(ref.created),
        "CHECKSUM": ref.digest.value,
        "CHECKSUMTYPE": "SHA-512",
    }


class Tree:
    """The same document as a tree, made without the writer's templates."""

    def __init__(self, element, document):
        self.e = element
        self.document = document

    def information_type(self):
        kind = self.document.content_information_type
        if kind == "of one's own":
            return {
                f"{CSIP}CONTENTINFORMATIONTYPE": "OTHER",
                f"{CSIP}OTHERCONTENTINFORMATIONTYPE": kind,
            }
        return {f"{CSIP}CONTENTINFORMATIONTYPE": kind}

    def root(self):
        it = self.document
        folder = "schemas/" if it.kind == "package" else "../../schemas/"
        places = [METS, f"{folder}mets.xsd", XLINK, f"{folder}xlink.xsd"]
        places += [eark.CSIP, f"{folder}csip.xsd", eark.SIP, f"{folder}sip.xsd"]
        known = it.content_category in eark.CONTENT_CATEGORIES
        attributes = {
            f"{{{XSI}}}schemaLocation": " ".join(places),
            "OBJID": it.objid,
            "LABEL": it.label,
            "TYPE": it.content_category if known else "OTHER",
            **({} if known else {f"{CSIP}OTHERTYPE": it.content_category}),
            **self.information_type(),
            "PROFILE": "https://earkdip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml",
        }
        provenance = [self.section("digiprovMD", "digiprov-", ref) for ref in it.provenance]
        return self.e(
            "mets",
            attributes,
            self.header(),
            *(self.section("dmdSec", "dmd-", ref) for ref in it.descriptive),
            self.e("amdSec", {"ID": "amdSec"}, *provenance) if provenance else None,
            self.file_section(),
            self.structure(),
        )

    def header(self):
        it = self.document
        attributes = {
            "CREATEDATE": instant(it.created),
            "LASTMODDATE": instant(it.modified or it.created),
            f"{CSIP}OAISPACKAGETYPE": "AIP",
        }
        return self.e("metsHdr", attributes, *map(self.agent, it.agents))

    def agent(self, agent):
        software = agent.type == "software"
        note = agent.version if software else agent.note
        kind = "SOFTWARE VERSION" if software else "IDENTIFICATIONCODE"
        return self.e(
            "agent",
            ROLES[agent.type],
            self.e("name", {}, agent.name),
            self.e("note", {f"{CSIP}NOTETYPE": kind}, note) if note else None,
        )

    def section(self, element, prefix, ref):
        own = ref.type == "a form of one's own"
        attributes = {
            **location(ref.path),
            "MDTYPE": "OTHER" if own else ref.type,
            **({"OTHERMDTYPE": ref.type} if own else {}),
            **({"MDTYPEVERSION": ref.type_version} if ref.type_version else {}),
            **octets(ref),
        }
        status = {"CREATED": instant(ref.created), "STATUS": "CURRENT"}
        return self.e(
            element, {"ID": prefix + ref.identifier, **status}, self.e("mdRef", attributes)
        )

    def groups(self):
        for group in self.document.groups:
            yield group.use, group.files
        for representation in self.document.representations:
            yield f"Representations/{representation.name}", (representation.mets,)

    def file_section(self):
        groups = [
            self.e(
                "fileGrp",
                {
                    "ID": name("group-", use),
                    "USE": use,
                    **(self.information_type() if use.startswith("Representations") else {}),
                },
                *map(self.file, files),
            )
            for use, files in self.groups()
        ]
        return self.e("fileSec", {"ID": "fileSec"}, *groups) if groups else None

    def file(self, file):
        about = {}
        if file.format:
            about[f"{SIP}FILEFORMATNAME"] = file.format.name
            if file.format.version:
                about[f"{SIP}FILEFORMATVERSION"] = file.format.version
            if file.format.puid:
                about[f"{SIP}FORMATREGISTRY"] = "PRONOM"
                about[f"{SIP}FORMATREGISTRYKEY"] = file.format.puid
        return self.e(
            "file",
            {"ID": f"file-{file.identifier}", **octets(file), **about},
            self.e("FLocat", location(file.path)),
        )

    def structure(self):
        it = self.document
        lists = {
            "DMDID": " ".join(f"dmd-{ref.identifier}" for ref in it.descriptive),
            "ADMID": " ".join(f"digiprov-{ref.identifier}" for ref in it.provenance),
        }
        uses = [group.use for group in it.groups]
        content = [use for use in uses if use.startswith("Representations")]
        divisions = [(use, [use]) for use in uses if use not in content]
        divisions += [("Representations", content)] if content else []
        metadata = {"ID": "div-Metadata", "LABEL": "Metadata"}
        top = {"ID": "div", "TYPE": str(it.kind), "LABEL": it.objid}
        return self.e(
            "structMap",
            {"ID": "structMap", "TYPE": "PHYSICAL", "LABEL": "CSIP"},
            self.e(
                "div",
                top,
                self.e("div", {**metadata, **{k: v for k, v in lists.items() if v}}),
                *(self.division(label, uses) for label, uses in divisions),
                *map(self.representation, it.representations),
            ),
        )

    def division(self, label, uses):
        pointers = [self.e("fptr", {"FILEID": name("group-", use)}) for use in uses]
        return self.e("div", {"ID": name("div-", label), "LABEL": label}, *pointers)

    def representation(self, it):
        use = f"Representations/{it.name}"
        return self.e(
            "div",
            {"ID": name("div-", use), "LABEL": use},
            self.e("mptr", location(it.mets.path) | {f"{{{XLINK}}}title": name("group-", use)}),
            self.e("fptr", {"FILEID": f"file-{it.mets.identifier}"}),
        )


@given(st.data())
def test_the_stream_equals_a_tree(strategies, canonical, tree, data):
    document = data.draw(strategies.mets_documents())
    names = {None: METS, "csip": eark.CSIP, "sip": eark.SIP, "xlink": XLINK, "xsi": XSI}
    assert canonical(written(document)) == canonical(Tree(tree(METS, names), document).root())


@given(st.data())
def test_what_is_written_is_read_back(strategies, data):
    document = data.draw(strategies.mets_documents())
    assert mets.read(io.BytesIO(written(document))) == document


@given(st.data())
@settings(max_examples=50)
def test_what_is_written_is_valid(strategies, data):
    document = data.draw(strategies.mets_documents())
    assert validate(io.BytesIO(written(document)), SchemaName.METS) == ()


def example(**changes):
    document = mets.Mets(
        objid="an-id",
        label="",
        created=BEGAN,
        kind=mets.Kind.PACKAGE,
        agents=(Agent("Arkiv", "0.1.0"),),
        descriptive=(),
        provenance=(),
        groups=(),
    )
    return replace(document, **changes)


def reference(identifier="d5a1", path="data/a.tif", mime="image/tiff"):
    digest = Digest(Algorithm.SHA512, "0" * 128)
    return mets.FileRef(identifier, path, 1, digest, mime, BEGAN)


def test_files_may_come_from_a_generator_and_are_read_once():
    group = mets.FileGroup(eark.SUBMISSION, (reference(str(n), str(n)) for n in range(3)))
    back = mets.read(io.BytesIO(written(example(groups=(group,)))))
    assert [file.path for file in back.groups[0].files] == ["0", "1", "2"]


def test_a_group_without_files_is_left_out_everywhere():
    document = written(example(groups=(mets.FileGroup(eark.SUBMISSION, ()),)))
    assert b"Submission" not in document
    assert b"fileSec" not in document
    assert validate(io.BytesIO(document), SchemaName.METS) == ()


def test_two_groups_of_one_use_are_refused():
    groups = tuple(mets.FileGroup(eark.SCHEMAS, (reference(str(n)),)) for n in range(2))
    with pytest.raises(ValueError, match="two file groups"):
        written(example(groups=groups))


@pytest.mark.parametrize("agents", [(), (Agent("Arkiv"),), (Agent("a", "1"), Agent("b", "2"))])
def test_one_software_agent_with_its_version_is_needed(agents):
    with pytest.raises(ValueError, match="one software agent"):
        written(example(agents=agents))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("audio/mpeg, audio/mp3", "audio/mpeg"),
        ("text/plain; charset=utf-8", "text/plain"),
    ],
)
def test_a_media_type_is_one_type_and_subtype(said, kept):
    group = mets.FileGroup("Data", (reference(mime=said),))
    back = mets.read(io.BytesIO(written(example(groups=(group,)))))
    assert next(iter(back.groups[0].files)).mime == kept


@pytest.mark.parametrize("document", [b"<mets/>", b'<mets xmlns="http://www.loc.gov/METS/"/>'])
def test_another_document_is_refused(document):
    with pytest.raises(ValueError, match="lacks"):
        mets.read(io.BytesIO(document))
