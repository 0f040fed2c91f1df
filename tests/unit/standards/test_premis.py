"""PREMIS: the stream equals a tree, comes back as it was, and is valid under our schema."""

import io
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import (
    Agent,
    Event,
    EventType,
    Finding,
    Outcome,
    RepresentationObject,
    object_identifier,
)
from preservation.standards import premis
from preservation.standards.premis.document import answer, answer_note
from preservation.standards.schema import SchemaName, validate
from preservation.standards.xml import PREMIS, XSI, instant

PACKAGE = PackageId("0edb7e11-dd9c-463b-bf5a-5139a6f0b353")
FACTS = "urn:x-arkiv:characteristics"
VOCABULARY = "http://id.loc.gov/vocabulary/preservation/"


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), st.uuids())
def test_an_object_identifier_is_the_uuid_of_its_path_in_the_package(path, package):
    expected = str(uuid.uuid5(package, path))
    assert object_identifier(PackageId(str(package)), path) == expected


def test_the_intellectual_entity_bears_the_identifier_of_the_package():
    assert object_identifier(PACKAGE, "") == PACKAGE


@given(st.data())
def test_an_answer_comes_back_from_its_note(strategies, data):
    given_answer = data.draw(strategies.answers)
    assert answer(answer_note(given_answer)) == given_answer


@pytest.mark.parametrize(
    "words", ["a | b", " | ", "a |", "|", "\\", "\\\\", "\\|", "x\\| | y", " | not performed | "]
)
def test_an_answer_may_contain_what_divides_columns(words):
    formats = (Format(None, words, words), Format(Puid("fmt/1"), words))
    full = Answer(words, formats, Basis.TEXT, words, words)
    assert answer(answer_note(full)) == full
    failed = Answer(words, not_performed=words)
    assert answer(answer_note(failed)) == failed


def test_a_note_is_readable():
    jpeg = Format(Puid("fmt/43"), "JPEG File Interchange Format", "1.01", "image/jpeg")
    heard = Answer("siegfried 1.11.1", (jpeg,), Basis.SIGNATURE, "byte match at 0, 14")
    assert answer_note(heard) == (
        "answer: siegfried 1.11.1 | signature | fmt/43 | JPEG File Interchange Format | 1.01"
        " | image/jpeg | byte match at 0, 14 | "
    )


@pytest.mark.parametrize("note", ["answer: ", "answer: a | b", "answer: a | text | b | c | d"])
def test_another_note_is_no_answer(note):
    with pytest.raises(ValueError, match=r"unpack|answer"):
        answer(note)


class Tree:
    """The same documents as trees, made without the writer's templates."""

    def __init__(self, element, fact):
        self.e = element
        self.fact = fact

    def identifier(self, entity, value, kind="UUID"):
        name = f"{entity}Identifier"
        parts = self.e(f"{name}Type", {}, kind), self.e(f"{name}Value", {}, value)
        return self.e(name, {}, *parts)

    def object(self, category, *content):
        return self.e("object", {f"{{{XSI}}}type": category}, *content)

    def storage(self, path):
        kind = self.e("contentLocationType", {}, "path in the AIP")
        place = self.e("contentLocationValue", {}, path)
        return self.e("storage", {}, self.e("contentLocation", {}, kind, place))

    def relationship(self, kind, identifiers, made_by):
        return self.e(
            "relationship",
            {},
            self.e("relationshipType", {}, "structural"),
            self.e("relationshipSubType", {}, kind),
            *(self.identifier("relatedObject", value) for value in identifiers),
            self.identifier("relatedEvent", made_by) if made_by else None,
        )

    def representation(self, it, made_by):
        return self.object(
            "representation",
            self.identifier("object", it.identifier),
            self.storage(f"representations/{it.name}"),
            self.relationship("is part of", [str(PACKAGE)], made_by),
        )

    def file(self, file, representation, made_by):
        return self.object(
            "file",
            self.identifier("object", file.identifier),
            self.e(
                "objectCharacteristics",
                {},
                self.e("compositionLevel", {}, "0"),
                *(self.fixity(digest, n > 0) for n, digest in enumerate(file.digests)),
                self.e("size", {}, str(file.size)),
                self.format(file),
                self.e(
                    "creatingApplication",
                    {},
                    self.e("dateCreatedByApplication", {}, instant(file.modified)),
                ),
                *map(self.application, file.applications),
                *(
                    self.e("inhibitors", {}, self.e("inhibitorType", {}, k))
                    for k in file.inhibitors
                ),
                self.facts(file),
            ),
            self.e("originalName", {}, file.original_name),
            self.storage(file.path),
            self.relationship("is included in", [representation.identifier], made_by),
        )

    def fixity(self, digest, by_producer):
        return self.e(
            "fixity",
            {},
            self.e("messageDigestAlgorithm", {}, digest.algorithm.mets_name),
            self.e("messageDigest", {}, digest.value),
            self.e("messageDigestOriginator", {}, "producer") if by_producer else None,
        )

    def format(self, file):
        it = file.format
        notes = [f"decision: {file.format_note}"] if file.format_note else []
        notes += map(answer_note, file.answers)
        version = self.e("formatVersion", {}, it.version) if it.version else None
        registry = self.e(
            "formatRegistry",
            {},
            self.e("formatRegistryName", {}, "PRONOM"),
            self.e("formatRegistryKey", {}, str(it.puid)),
            self.e("formatRegistryRole", {}, "specification"),
        )
        return self.e(
            "format",
            {},
            self.e("formatDesignation", {}, self.e("formatName", {}, it.name), version),
            registry if it.puid else None,
            *(self.e("formatNote", {}, note) for note in notes),
        )

    def application(self, it):
        return self.e(
            "creatingApplication",
            {},
            self.e("creatingApplicationName", {}, it.name),
            self.e("creatingApplicationVersion", {}, it.version) if it.version else None,
            self.e("dateCreatedByApplication", {}, it.created) if it.created else None,
        )

    def facts(self, file):
        rows = [self.fact("fact", {"name": name}, value) for name, value in file.characteristics]
        rows += [self.fact("output", {"by": by}, said) for by, said in file.outputs]
        rows += [
            self.fact(
                "judgement",
                {"by": it.agent, "against": it.against, "verdict": it.verdict.value},
                it.note,
            )
            for it in file.judgements
        ]
        if not rows:
            return None
        return self.e("objectCharacteristicsExtension", {}, self.fact("characteristics", {}, *rows))

    def term(self, name, value, *, known=True):
        about = {"authority": name, "authorityURI": VOCABULARY + name}
        return self.e(name, about if known else {}, value)

    def event(self, event):
        it = event.finding
        known = it.outcome in (Outcome.SUCCESS, Outcome.WARNING)
        note = self.e("eventOutcomeDetailNote", {}, it.note)
        detail = self.e("eventOutcomeDetail", {}, note) if it.note else None
        return self.e(
            "event",
            {},
            self.identifier("event", event.identifier),
            self.term("eventType", str(it.type), known=it.type is not EventType.OTHER),
            self.e("eventDateTime", {}, instant(event.when)),
            self.e("eventDetailInformation", {}, self.e("eventDetail", {}, it.detail)),
            self.e(
                "eventOutcomeInformation",
                {},
                self.term("eventOutcome", str(it.outcome), known=known),
                detail,
            ),
            self.identifier("linkingAgent", premis.agent_identifier(it.agent)),
            *(self.linked(path) for path in it.objects or ("",)),
        )

    def linked(self, path):
        if path.startswith("submission/"):
            return self.identifier("linkingObject", path, "path in the AIP")
        return self.identifier("linkingObject", object_identifier(PACKAGE, path))

    def agent(self, agent):
        return self.e(
            "agent",
            {},
            self.identifier("agent", premis.agent_identifier(agent)),
            self.e("agentName", {}, agent.name),
            self.term("agentType", str(agent.type)),
            self.e("agentVersion", {}, agent.version) if agent.version else None,
            self.e("agentNote", {}, agent.note) if agent.note else None,
        )

    def some(self, name, value):
        return [self.e(name, {}, value)] if value else []

    def dates(self, name, start, end):
        if not start and not end:
            return []
        begun = self.e("startDate", {}, start or "unknown")
        return [self.e(name, {}, begun, *self.some("endDate", end))]

    def basis(self, it):
        name = "otherRights" if it.basis == "other" else it.basis
        notes = [self.e(f"{name}Note", {}, note) for note in it.notes]
        outer = f"{name}DocumentationIdentifier"
        documents = [
            self.e(
                outer,
                {},
                self.e(f"{outer}Type", {}, kind),
                self.e(f"{outer}Value", {}, value),
                *self.some(f"{name}DocumentationRole", role),
            )
            for kind, value, role in it.documents
        ]
        dates = self.dates(f"{name}ApplicableDates", it.start, it.end)
        facts = {
            "copyright": [
                *self.some("copyrightStatus", it.status),
                *self.some("copyrightJurisdiction", it.jurisdiction),
                *self.some("copyrightStatusDeterminationDate", it.determined),
            ],
            "statute": [
                *self.some("statuteJurisdiction", it.jurisdiction),
                *self.some("statuteCitation", it.citation),
                *self.some("statuteInformationDeterminationDate", it.determined),
            ],
        }
        if it.basis == "license":
            found = [*documents, *self.some("licenseTerms", it.terms), *notes, *dates]
        elif it.basis == "other":
            found = [*documents, *self.some("otherRightsBasis", it.other_basis), *dates, *notes]
        else:
            found = [*facts[it.basis], *notes, *documents, *dates]
        return [self.e(f"{name}Information", {}, *found)] if found else []

    def granted(self, it):
        allowed = not it.restriction or it.restriction.lower() == "allow"
        return self.e(
            "rightsGranted",
            {},
            self.e("act", {}, it.act),
            *self.some("restriction", it.restriction),
            *self.dates("termOfGrant" if allowed else "termOfRestriction", it.start, it.end),
            *self.some("rightsGrantedNote", it.note),
        )

    def linked_right(self, path):
        if path and (path.startswith("submission/") or path.endswith("/")):
            return self.identifier("linkingObject", path, "path in the AIP")
        return self.identifier("linkingObject", object_identifier(PACKAGE, path))

    def rights(self, it):
        return self.e(
            "rights",
            {},
            self.e(
                "rightsStatement",
                {},
                self.identifier("rightsStatement", it.identifier, "local"),
                self.term("rightsBasis", it.basis),
                *self.basis(it),
                *map(self.granted, it.grants),
                *(self.linked_right(path) for path in it.objects or ("",)),
            ),
        )

    def document(self, objects, events, rights, levels):
        agents = dict.fromkeys(event.finding.agent for event in events)
        place = f"{PREMIS} {'../' * levels}schemas/premis.xsd"
        return self.e(
            "premis",
            {f"{{{XSI}}}schemaLocation": place, "version": "3.0"},
            *objects,
            *map(self.event, events),
            *map(self.agent, agents),
            *map(self.rights, rights),
        )


@pytest.fixture(scope="session")
def trees(tree):
    return Tree(tree(PREMIS, {None: PREMIS, "xsi": XSI}), tree(FACTS))


def creation(events):
    made = [e.identifier for e in events if e.finding.type is EventType.PACKAGE_CREATION]
    return made[0] if made else ""


@st.composite
def packages(draw, strategies):
    found = draw(st.lists(strategies.representations, max_size=2, unique_by=lambda it: it.name))
    named = ["submission/é.csv", *(f"representations/{it.name}" for it in found)]
    return {
        "package": PACKAGE,
        "sip": draw(strategies.filled),
        "representations": tuple(found),
        "events": tuple(draw(strategies.events(named))),
        "rights": tuple(draw(st.lists(strategies.rights(), max_size=2))),
    }


@st.composite
def representations(draw, strategies):
    files = draw(st.lists(strategies.file_objects(), max_size=3, unique_by=lambda f: f.path))
    it = RepresentationObject(object_identifier(PACKAGE, "representations/original"), "original")
    named = ["representations/original", "submission/x", *(file.path for file in files)]
    return {
        "package": PACKAGE,
        "representation": it,
        "files": tuple(files),
        "events": tuple(draw(strategies.events(named))),
    }


@given(st.data())
def test_the_stream_of_a_package_equals_a_tree(strategies, canonical, trees, data):
    it = data.draw(packages(strategies))
    made_by = creation(it["events"])
    identifiers = [r.identifier for r in it["representations"]]
    entity = trees.object(
        "intellectualEntity",
        trees.identifier("object", str(PACKAGE)),
        trees.e("originalName", {}, it["sip"]),
        trees.relationship("has part", identifiers, made_by) if identifiers else None,
    )
    objects = [entity, *(trees.representation(r, made_by) for r in it["representations"])]
    expected = trees.document(objects, it["events"], it["rights"], 2)
    assert canonical(b"".join(premis.write_package(**it))) == canonical(expected)


@given(st.data())
def test_the_stream_of_a_representation_equals_a_tree(strategies, canonical, trees, data):
    it = data.draw(representations(strategies))
    made_by = creation(it["events"])
    objects = [trees.representation(it["representation"], made_by)]
    objects += [trees.file(file, it["representation"], made_by) for file in it["files"]]
    expected = trees.document(objects, it["events"], (), 4)
    assert canonical(b"".join(premis.write_representation(**it))) == canonical(expected)


def agents(events):
    return tuple(dict.fromkeys(event.finding.agent for event in events))


@given(st.data())
def test_the_document_of_a_package_is_read_back(strategies, data):
    it = data.draw(packages(strategies))
    back = premis.read(io.BytesIO(b"".join(premis.write_package(**it))))
    assert back == premis.PremisDocument(files=(), agents=agents(it["events"]), **it)


@given(st.data())
def test_the_document_of_a_representation_is_read_back(strategies, data):
    it = data.draw(representations(strategies))
    back = premis.read(io.BytesIO(b"".join(premis.write_representation(**it))))
    assert back.files == it["files"]
    assert back.events == it["events"]
    assert back.representations == (it["representation"],)
    assert back.agents == agents(it["events"])
    assert back.package == PACKAGE


@given(st.data())
@settings(max_examples=50)
def test_what_is_written_is_valid(strategies, data):
    package = b"".join(premis.write_package(**data.draw(packages(strategies))))
    assert validate(io.BytesIO(package), SchemaName.PREMIS) == ()
    content = b"".join(premis.write_representation(**data.draw(representations(strategies))))
    assert validate(io.BytesIO(content), SchemaName.PREMIS) == ()


def event(identifier="00000000-0000-4000-8000-000000000000", objects=()):
    made = Finding(
        EventType.PACKAGE_CREATION, Outcome.SUCCESS, Agent("Arkiv", "1"), "made", "", objects
    )
    return Event(identifier, datetime(2024, 5, 1, tzinfo=UTC), made)


def test_objects_cite_the_event_that_made_the_package():
    it = RepresentationObject(object_identifier(PACKAGE, "representations/original"), "original")
    cited = b"<relatedEventIdentifierValue>" + event().identifier.encode()
    document = b"".join(
        premis.write_package(package=PACKAGE, sip="s", representations=[it], events=[event()])
    )
    assert document.count(cited) == 2
    content = b"".join(
        premis.write_representation(
            package=PACKAGE, representation=it, files=(), creation=event().identifier
        )
    )
    assert content.count(cited) == 1


def test_an_event_about_no_object_is_about_the_package():
    document = b"".join(
        premis.write_package(package=PACKAGE, sip="s", representations=[], events=[event()])
    )
    assert b"<linkingObjectIdentifierValue>" + PACKAGE.encode() in document


def test_objects_described_elsewhere_are_named_by_path_if_it_is_told():
    path = "representations/original/data/a"
    written = b"".join(
        premis.write_package(
            package=PACKAGE, sip="s", representations=[], events=[event(objects=(path,))]
        )
    )
    identifier = object_identifier(PACKAGE, path)
    unknown = premis.read(io.BytesIO(written)).events[0].finding.objects
    known = premis.read(io.BytesIO(written), paths={identifier: path}).events[0].finding.objects
    assert (unknown, known) == ((identifier,), (path,))


def test_a_format_without_a_name_is_unknown(strategies):
    it = RepresentationObject(object_identifier(PACKAGE, "representations/original"), "original")

    @given(strategies.file_objects())
    @settings(max_examples=5)
    def check(file):
        nameless = replace(file, format=Format(None, ""), format_note="no signature matched")
        written = b"".join(
            premis.write_representation(package=PACKAGE, representation=it, files=[nameless])
        )
        back = premis.read(io.BytesIO(written)).files[0]
        assert (back.format.name, back.format_note) == ("unknown", "no signature matched")

    check()


@pytest.mark.parametrize(
    "content",
    [
        "<object/>",
        "<event/>",
        "<agent/>",
        "<rights><rightsStatement/></rights>",
    ],
)
def test_an_incomplete_document_is_refused(content):
    document = f'<premis xmlns="{PREMIS}">{content}</premis>'.encode()
    with pytest.raises(ValueError, match="lacks"):
        premis.read(io.BytesIO(document))


def test_an_event_whose_agent_is_not_described_is_refused():
    written = b"".join(
        premis.write_package(package=PACKAGE, sip="s", representations=[], events=[event()])
    )
    head, _, tail = written.partition(b"<agent>")
    without = head + tail.partition(b"</agent>")[2]
    with pytest.raises(ValueError, match="not described"):
        premis.read(io.BytesIO(without))
    assert any("agent" in r.lower() for r in validate(io.BytesIO(without), SchemaName.PREMIS))
