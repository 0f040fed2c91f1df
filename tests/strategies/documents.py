"""Hypothesis strategies of what METS, PREMIS and Dublin Core documents say."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from preservation.model.description import ELEMENTS, Record, Statement
from preservation.model.fixity import Algorithm, Digest
from preservation.model.formats import Answer, Basis, Format
from preservation.model.identifiers import PackageId, Puid
from preservation.model.premis import (
    Agent,
    AgentType,
    Application,
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
from preservation.model.validity import Judgement, Verdict
from preservation.standards import mets
from preservation.standards.eark import terms as eark

PACKAGE = PackageId("0edb7e11-dd9c-463b-bf5a-5139a6f0b353")

texts = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\t\n\r |\\;,:%^é\u0085\U0001f4dc"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=12,
)
filled = texts.filter(bool)
paths = st.lists(filled.map(lambda name: name.replace("/", "_")), min_size=1, max_size=3).map(
    "/".join
)
instants = st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2))  # noqa: DTZ001
uuids = st.uuids().map(str)
sizes = st.integers(0, 2**62)
mimes = st.sampled_from(["image/tiff", "image/svg+xml", "application/vnd.ms-excel"])
puids = st.builds(Puid, st.sampled_from(["fmt/43", "x-fmt/111"]))
media_formats = st.builds(Format, st.none() | puids, filled, texts)
algorithms = st.sampled_from(Algorithm)


def digests(algorithm):
    return st.binary(min_size=algorithm.hex_length // 2, max_size=algorithm.hex_length // 2).map(
        lambda octets: Digest(algorithm, octets.hex())
    )


own_digests = digests(Algorithm.SHA512)
"""Digests of the archive's own kind: the only one in METS, the first in PREMIS."""


@st.composite
def file_refs(draw):
    mime = draw(mimes)
    form = draw(st.none() | media_formats)
    if form is not None:
        form = Format(form.puid, form.name, form.version, mime)
    return mets.FileRef(
        draw(uuids), draw(paths), draw(sizes), draw(own_digests), mime, draw(instants), form
    )


metadata_refs = st.builds(
    mets.MetadataRef,
    uuids,
    paths,
    sizes,
    own_digests,
    mimes,
    instants,
    st.sampled_from(["DC", "PREMIS", "a form of one's own"]),
    st.sampled_from(["", "3.0"]),
)
software = st.builds(Agent, filled, filled)
others = st.builds(
    Agent,
    filled,
    st.just(""),
    st.sampled_from([AgentType.ORGANIZATION, AgentType.PERSON]),
    texts,
)


@st.composite
def mets_documents(draw):
    """Documents whose identifiers and paths are all different."""
    refs = draw(
        st.lists(file_refs(), max_size=9, unique_by=(lambda f: f.identifier, lambda f: f.path))
    )
    uses = draw(
        st.lists(
            st.sampled_from([eark.DOCUMENTATION, eark.SCHEMAS, eark.SUBMISSION])
            | filled.filter(lambda use: not use.startswith((eark.REPRESENTATIONS, eark.METADATA))),
            max_size=3,
            unique=True,
        )
    )
    groups = tuple(mets.FileGroup(use, (refs.pop(),)) for use in uses if refs)
    if len(refs) > 2:
        groups += (mets.FileGroup(eark.content_use("original"), (refs.pop(), refs.pop())),)
    names = draw(
        st.lists(filled.map(lambda n: n.replace("/", "")).filter(bool), max_size=2, unique=True)
    )
    created = draw(instants)
    sections = draw(st.lists(metadata_refs, max_size=4, unique_by=lambda ref: ref.identifier))
    return mets.Mets(
        objid=draw(filled),
        label=draw(texts),
        created=created,
        kind=draw(st.sampled_from(mets.Kind)),
        agents=(draw(software), *draw(st.lists(others, max_size=2))),
        descriptive=tuple(sections[:2]),
        provenance=tuple(sections[2:]),
        groups=groups,
        representations=tuple(mets.RepresentationRef(n, refs.pop()) for n in names if refs),
        content_category=draw(
            st.sampled_from(["Mixed", "Photographs \u2013 Digital"])
            | filled.filter(lambda name: name != eark.OTHER)
        ),
        content_information_type=draw(st.sampled_from(["MIXED", "SIARD2", "of one's own"])),
        modified=draw(st.none() | instants.filter(lambda moment: moment != created)),
    )


answers = st.builds(
    Answer,
    filled,
    st.lists(st.builds(Format, st.none() | puids, texts, texts, texts), max_size=2).map(tuple),
    st.sampled_from(Basis),
    texts,
    texts,
) | st.builds(Answer, filled, not_performed=filled)


applications = st.builds(
    Application, filled, texts, st.sampled_from(["", "1999", "2024-05-01T10:00:00+02:00"])
)
judgements = st.builds(Judgement, filled, st.sampled_from(Verdict), texts, texts)


@st.composite
def file_objects(draw):
    path = f"representations/original/data/{draw(paths)}"
    extra = draw(st.lists(algorithms.flatmap(digests), max_size=2))
    return FileObject(
        identifier=object_identifier(PACKAGE, path),
        path=path,
        original_name=draw(filled),
        size=draw(sizes),
        modified=draw(instants),
        digests=(draw(own_digests), *extra),
        format=draw(media_formats),
        format_note=draw(texts),
        answers=tuple(draw(st.lists(answers, max_size=2))),
        characteristics=tuple(draw(st.lists(st.tuples(filled, texts), max_size=2))),
        inhibitors=tuple(draw(st.lists(filled, max_size=2))),
        applications=tuple(draw(st.lists(applications, max_size=2))),
        outputs=tuple(draw(st.lists(st.tuples(filled, texts), max_size=2))),
        judgements=tuple(draw(st.lists(judgements, max_size=2))),
    )


agents = st.builds(Agent, filled, texts, st.sampled_from(AgentType), texts)
representations = st.sampled_from(["original", "preservation", "access"]).map(
    lambda name: RepresentationObject(object_identifier(PACKAGE, f"representations/{name}"), name)
)
dates = st.sampled_from(["", "1987", "2011-01", "2011-01-31", "open"])
grants = st.builds(Grant, filled, texts, dates, dates, texts)


@st.composite
def rights(draw):
    """A statement with what its basis asks for."""
    basis = draw(st.sampled_from(["copyright", "license", "statute", "other"]))
    facts = {
        "copyright": {"status": filled, "jurisdiction": filled, "determined": dates},
        "license": {"terms": texts},
        "statute": {"jurisdiction": filled, "citation": filled, "determined": dates},
        "other": {"other_basis": filled},
    }[basis]
    documents = st.lists(st.tuples(filled, filled, texts), max_size=2)
    return RightsStatement(
        draw(filled),
        basis,
        tuple(draw(st.lists(grants, min_size=1, max_size=3))),
        objects=draw(st.sampled_from([(), ("submission/x", "representations/original/data/a/")])),
        start=draw(dates),
        end=draw(dates),
        notes=tuple(draw(st.lists(filled, max_size=2))),
        documents=tuple(draw(documents)),
        **{name: draw(values) for name, values in facts.items()},
    )


def events(named):
    """Lists of events with identifiers of their own, about any of these paths."""
    findings = st.builds(
        Finding,
        st.sampled_from(EventType),
        st.sampled_from(Outcome),
        agents,
        texts,
        texts,
        st.lists(st.sampled_from(named), max_size=2).map(tuple),
    )
    return st.lists(
        st.builds(Event, uuids, instants, findings), max_size=3, unique_by=lambda e: e.identifier
    )


languages = st.sampled_from(["", "sq", "sr-Latn", "sr-Cyrl", "rom", "sv"])
statements = st.builds(Statement, st.sampled_from(ELEMENTS), texts, languages)
records = st.builds(Record, paths, st.lists(statements, max_size=4).map(tuple))
