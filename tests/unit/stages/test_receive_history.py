"""What another system did to the files comes along: its own dates, its own identifiers."""

# ruff: noqa: E501

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from preservation.assembly.ingest import ingest
from preservation.assembly.sources import FolderSource
from preservation.model.identifiers import PackageId
from preservation.model.packages import Role, SipKind
from preservation.model.premis import Agent, Event, EventType, Finding, Outcome
from preservation.rules import Refused
from preservation.stages.receive import receive
from preservation.standards.premis import history
from preservation.standards.premis.grouping import MANY, grouped

PACKAGE = PackageId("5c8cc9e9-1c5c-4bb1-a3b5-1d9b1c6ac1d5")
AIP = "2b9e2a74-5a0e-4c2a-8f43-6c1c5f4a8d10"
METS = f"""<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:p="info:lc/xmlns/premis-v2" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dmdSec ID="d1"><mdWrap MDTYPE="DC"><xmlData><dc:title>Letters</dc:title></xmlData></mdWrap></dmdSec>
<dmdSec ID="d2"><mdWrap MDTYPE="DC"><xmlData><dc:date>1987</dc:date></xmlData></mdWrap></dmdSec>
<amdSec ID="amd1"><techMD ID="t"><mdWrap MDTYPE="PREMIS:OBJECT"><xmlData><p:object>
 <p:objectIdentifier><p:objectIdentifierType>UUID</p:objectIdentifierType>
 <p:objectIdentifierValue>f1</p:objectIdentifierValue></p:objectIdentifier>
 <p:originalName>%transferDirectory%objects/a letter.txt</p:originalName></p:object></xmlData></mdWrap></techMD>
<digiprovMD ID="e"><mdWrap MDTYPE="PREMIS:EVENT"><xmlData><p:event>
 <p:eventIdentifier><p:eventIdentifierType>UUID</p:eventIdentifierType>
 <p:eventIdentifierValue>0e1c7d7e-7a06-44cb-b8f2-1a2b3c4d5e6f</p:eventIdentifierValue></p:eventIdentifier>
 <p:eventType>name cleanup</p:eventType><p:eventDateTime>2014-08-07T22:46:07</p:eventDateTime>
 <p:eventDetail>prohibited characters removed</p:eventDetail>
 <p:eventOutcomeInformation><p:eventOutcome>Pass</p:eventOutcome></p:eventOutcomeInformation>
 <p:linkingAgentIdentifier><p:linkingAgentIdentifierType>preservation system</p:linkingAgentIdentifierType>
 <p:linkingAgentIdentifierValue>Archivematica-1.4</p:linkingAgentIdentifierValue></p:linkingAgentIdentifier>
</p:event></xmlData></mdWrap></digiprovMD>
<digiprovMD ID="a"><mdWrap MDTYPE="PREMIS:AGENT"><xmlData><p:agent>
 <p:agentIdentifier><p:agentIdentifierType>preservation system</p:agentIdentifierType>
 <p:agentIdentifierValue>Archivematica-1.4</p:agentIdentifierValue></p:agentIdentifier>
 <p:agentName>Archivematica</p:agentName><p:agentType>software</p:agentType></p:agent></xmlData></mdWrap></digiprovMD>
</amdSec>
<fileSec><fileGrp USE="original"><file ID="file-f1" ADMID="amd1">
 <FLocat xlink:href="objects/a_letter.txt" LOCTYPE="OTHER"/></file></fileGrp></fileSec>
<structMap><div TYPE="Directory" LABEL="letters-{AIP}">
 <div TYPE="Directory" LABEL="objects" DMDID="d1"><div TYPE="Item" LABEL="a_letter.txt" DMDID="d2">
 <fptr FILEID="file-f1"/></div></div></div></structMap></mets>"""


@pytest.fixture
def aip(tmp_path):
    """An AIP in the form that Archivematica gives it."""
    files = {
        f"data/METS.{AIP}.xml": METS.encode(),
        "data/objects/a_letter.txt": b"Dear",
        "data/objects/metadata/transfers/x/metadata.csv": b"filename\n",
        "data/objects/submissionDocumentation/gift.txt": b"gift",
        "data/logs/log.txt": b"log",
    }
    top = tmp_path / f"letters-{AIP}"
    for name, content in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (top / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (top / "manifest-sha256.txt").write_text("".join(lines))
    return top


def test_an_archivematica_aip_is_its_objects_with_description_and_history(aip, run):
    sip, _ = run(receive(FolderSource(aip), package=PACKAGE))
    assert sip.kind is SipKind.ARCHIVEMATICA_AIP
    place = "representations/original/data/a_letter.txt"
    assert [f.path for f in sip.files if f.role is Role.PAYLOAD] == [place]
    assert {r.about: r.first("title") + r.first("date") for r in sip.description} == {
        "": "Letters",
        place: "1987",
    }
    (event,) = sip.imported
    assert event.identifier == "0e1c7d7e-7a06-44cb-b8f2-1a2b3c4d5e6f"
    assert event.when == datetime(2014, 8, 7, 22, 46, 7, tzinfo=UTC)
    assert event.finding.type is EventType.FILENAME_CHANGE
    assert event.finding.outcome is Outcome.SUCCESS
    assert event.finding.agent.name == "Archivematica"
    assert event.finding.note.startswith(f"imported from data/METS.{AIP}.xml; type there: name")


def test_imported_events_stand_in_the_aip_with_their_dates(aip, archive, quiet):
    receipt = ingest(archive, aip, again=False, progress=quiet)
    events = archive.catalogue.events(receipt.aip_id)
    (event,) = [e for e in events if e.finding.agent.name == "Archivematica"]
    assert (event.identifier[:8], event.when.year) == ("0e1c7d7e", 2014)


def test_the_events_of_archivematicas_premis_example_are_read(shared):
    document = shared / "corpora/archivematica-transfers/PremisImporter/metadata/premis.xml"
    with document.open("rb") as stream:
        events, remarks = history.read(stream, "metadata/premis.xml", lambda name: name)
    assert not remarks
    first = events[0]
    assert (first.identifier, first.when.year) == ("NRI-016", 2019)
    assert first.finding.type is EventType.INGESTION
    assert first.finding.outcome is Outcome.NOT_TOLD
    assert first.finding.objects == ("objects/bird.mp3",)
    assert document.read_bytes().count(b"<premis:event>") == len(events)


def test_a_history_that_could_bring_in_anything_is_refused_by_name():
    hostile = b'<!DOCTYPE premis [<!ENTITY x SYSTEM "file:///etc/passwd">]><premis>&x;</premis>'
    with pytest.raises(Refused) as raised:
        history.read(io.BytesIO(hostile), "premis.xml", lambda name: name)
    assert raised.value.remarks[0].code == "XML-DTD"


def test_an_event_without_a_date_is_told():
    document = (
        b'<premis xmlns="http://www.loc.gov/premis/v3"><event><eventIdentifier>'
        b"<eventIdentifierValue>x</eventIdentifierValue></eventIdentifier>"
        b"<eventDateTime>last week</eventDateTime></event></premis>"
    )
    events, (remark,) = history.read(io.BytesIO(document), "premis.xml", lambda name: name)
    assert events == ()
    assert (remark.code, remark.found) == ("HISTORY-DATE", "x: last week")


def test_an_eark_aip_brings_its_ead_and_its_history(shared, run):
    places = shared.glob("corpora/eark-examples/**/733dc055-34be-4260-85c7-5549a7083031")
    sip, findings = run(receive(FolderSource(next(places)), package=PACKAGE))
    assert sip.kind is SipKind.EARK_AIP
    assert sip.imported
    (record,) = sip.description
    assert record.about == ""
    assert record.first("title")
    missed = [f.note for f in findings if f.outcome is Outcome.NOT_PERFORMED]
    assert any("no schema of urn:isbn:1-931666-22-9 is installed" in note for note in missed)


def test_the_checksums_of_a_folder_in_a_bag_are_compared_too(tmp_path, run):
    listed = f"{hashlib.md5(b'x', usedforsecurity=False).hexdigest()}  a.txt\n".encode()
    files = {"data/objects/a.txt": b"x", "data/metadata/checksum.md5": listed}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (tmp_path / "manifest-sha256.txt").write_text("".join(lines))
    sip, _ = run(receive(FolderSource(tmp_path), package=PACKAGE))
    (file,) = [f for f in sip.files if f.role is Role.PAYLOAD]
    assert [claim.code for claim in file.claims][-1] == "CHECKSUM-DIGEST"
    assert len(file.claims) == 2


def test_the_event_of_a_file_that_was_renamed_is_about_the_file(aip, run):
    sip, _ = run(receive(FolderSource(aip), package=PACKAGE))

    (event,) = sip.imported
    assert event.finding.objects == ("representations/original/data/a_letter.txt",)


def test_of_several_mets_documents_the_newest_describes(aip, run):
    newest = METS.replace(
        '<dmdSec ID="d1">', '<metsHdr CREATEDATE="2020-01-01T00:00:00"/><dmdSec ID="d1">'
    )
    other = "0" + AIP[1:]
    (aip / f"data/METS.{other}.xml").write_text(newest.replace("Letters", "Letters again"))

    sip, findings = run(receive(FolderSource(aip), package=PACKAGE))

    assert {r.first("title") for r in sip.description if not r.about} == {"Letters again"}
    said = [remark for f in findings for remark in f.remarks if remark.code == "HISTORY-SEVERAL"]
    assert other in said[0].found
    assert len(sip.imported) == 1


def many(count):
    """Events of a system that records one for each file."""
    for n in range(count):
        finding = Finding(
            EventType.MESSAGE_DIGEST_CALCULATION,
            Outcome.SUCCESS,
            Agent("Archivematica"),
            "sha256",
            f"imported from x; {n:064x}",
            (f"data/{n}",),
        )
        yield Event(str(UUID(int=n)), datetime(2020, 1, 1, 12, 0, n % 60, tzinfo=UTC), finding)


def test_events_that_say_the_same_of_many_files_become_one():
    (event,) = grouped(many(50))

    assert event.finding.objects == tuple(f"data/{n}" for n in range(50))
    assert event.finding.note == (
        f"imported from x; 50 events there, identifiers from {UUID(int=0)} to {UUID(int=49)}, "
        "from 2020-01-01T12:00:00Z to 2020-01-01T12:00:49Z"
    )
    assert [it.identifier for it in grouped(many(50))] == [event.identifier]


def test_few_events_and_those_that_differ_stay_as_they_are():
    few = list(many(MANY - 1))
    assert list(grouped(few)) == few
    differ = [replace(e, when=e.when + timedelta(days=n)) for n, e in enumerate(many(MANY))]
    assert list(grouped(differ)) == differ
