"""The documents beside a tar and in the ledger: members.jsonl, summary.json, ledger batches."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preservation.errors import Corrupt
from preservation.model.description import ELEMENTS, Record, Statement
from preservation.model.disposal import Act, Buried, Decision, Tombstone
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, Puid, StoreName
from preservation.model.premis import (
    Agent,
    AgentType,
    Event,
    EventType,
    Finding,
    Grant,
    Outcome,
    RightsStatement,
)
from preservation.model.storage import Account, CopyState, HeldFile, Member, Summary
from preservation.model.validity import Verdict
from preservation.standards import ledger, members, summary, tombstone

ID = PackageId("0b9d1c3e-7a52-4a57-9d0c-6b9f7c1f2a10")
ROOT = f"{ID}/data/{ID}"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.integers(0, 2**63)
digests = st.binary(min_size=64, max_size=64).map(lambda b: Digest(Algorithm.SHA512, b.hex()))
moments = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7))]))
ids = st.uuids().map(lambda uuid: PackageId(str(uuid)))
stores = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True).map(StoreName)
agents = st.builds(Agent, texts, texts, st.sampled_from(AgentType), texts)
findings = st.builds(
    Finding,
    st.sampled_from(EventType),
    st.sampled_from(Outcome),
    agents,
    texts,
    texts,
    st.lists(texts, max_size=3).map(tuple),
)
events = st.builds(Event, st.uuids().map(str), moments, findings)
statements = st.builds(Statement, st.sampled_from(ELEMENTS), texts, texts)
records = st.builds(Record, texts, st.lists(statements, max_size=3).map(tuple))
accounts = st.builds(Account, counts, counts, counts, counts, counts, counts)


def tuples(items, **limits):
    return st.lists(items, max_size=4, **limits).map(tuple)


rights = st.builds(
    RightsStatement,
    texts,
    texts,
    tuples(st.builds(Grant, texts, texts, texts, texts, texts)),
    tuples(texts),
    texts,
    notes=tuples(texts),
    documents=tuples(st.tuples(texts, texts, texts)),
)


@st.composite
def layouts(draw):
    """Members in the order of a tar, their offsets, and what the catalogue lists of some."""
    rows, end = [], 0
    for path in draw(st.lists(texts, unique=True, max_size=6)):
        size = draw(st.integers(0, 2**40))
        offset = end + draw(st.integers(0, 1024))
        end = offset + size
        member = Member(f"{ROOT}/{path}", size, draw(digests), draw(st.integers(0, 2**33)), b"/x")
        puid = draw(st.none() | st.integers(1, 2000).map(lambda n: Puid(f"fmt/{n}")))
        held = HeldFile(
            path,
            draw(texts),
            size,
            member.digest,
            puid,
            draw(texts),
            draw(texts),
            draw(st.sampled_from(Verdict)),
            tuple(draw(st.lists(texts, max_size=2))),
            offset=offset,
        )
        rows.append((member, offset, draw(st.sampled_from([None, held]))))
    return rows


def cut(document: bytes, length: int) -> list[bytes]:
    return [document[at : at + length] for at in range(0, len(document), length)]


def line(**changes) -> bytes:
    told = {"name": f"{ROOT}/a", "offset": 0, "size": 1, "sha512": "0" * 128} | changes
    return json.dumps({name: value for name, value in told.items() if value != "left out"}).encode()


PAYLOAD = {"original": "a", "puid": "fmt/1", "format": "", "mime": ""}


class TestMembers:
    @given(layouts(), st.integers(1, 500))
    def test_what_is_written_is_read_back(self, rows, length):
        document = b"".join(members.write(rows))
        expected = [
            members.MemberRow(member.name, offset, member.size, member.digest, file)
            for member, offset, file in rows
        ]
        assert list(members.read(cut(document, length))) == expected

    @given(layouts())
    def test_each_line_is_what_json_would_write(self, rows):
        for written in b"".join(members.write(rows)).split(b"\n")[:-1]:
            assert json.dumps(json.loads(written), ensure_ascii=False).encode() == written

    @pytest.mark.parametrize(
        ("lines", "reason"),
        [
            ([b""], "line 1: not JSON"),
            ([b"[]"], "line 1: an object"),
            ([line(offset="0")], "line 1: offset: a whole number"),
            ([line(offset=True)], "line 1: offset: a whole number"),
            ([line(offset=1.0)], "line 1: offset: a whole number"),
            ([line(offset=-1)], "ends at 0"),
            ([line(size=-1)], "of -1 octets"),
            ([line(sha512="0" * 127)], "not a sha512 digest"),
            ([line(sha512="left out")], "sha512 is missing"),
            ([line(more=1)], "'more' is not known"),
            ([line(original="x")], "puid is missing"),
            ([line(**PAYLOAD | {"puid": "x"})], "not a PUID"),
            ([line(**PAYLOAD | {"name": "x"})], "does not lie in the AIP"),
            ([line(), line(offset=1)], "line 2: .* stands there twice"),
            ([line(), line(name="b")], "line 2: .* where the one before ends at 1"),
        ],
    )
    def test_what_is_no_member_is_corrupt(self, lines, reason):
        with pytest.raises(Corrupt, match=reason):
            list(members.read([b"\n".join(lines) + b"\n"]))

    def test_a_cut_file_is_corrupt(self):
        with pytest.raises(Corrupt, match="cut"):
            list(members.read([line()]))

    def test_all_reasons_are_told_at_once_up_to_fifty(self):
        with pytest.raises(Corrupt) as raised:
            list(members.read([b"x\n" * 2 + line() + b"\n"]))
        assert len(raised.value.reasons) == 2
        with pytest.raises(Corrupt) as raised:
            list(members.read([b"x\n" * 1000]))
        assert len(raised.value.reasons) == 50

    @pytest.mark.parametrize(
        "change", [{"size": 2}, {"path": "b"}, {"digest": Digest(Algorithm.SHA512, "1" * 128)}]
    )
    def test_a_file_that_contradicts_its_member_is_not_written(self, change):
        told = {"path": "a", "original_name": "a", "size": 1, "puid": None} | {
            "digest": Digest(Algorithm.SHA512, "0" * 128),
            "format_name": "",
            "mime": "",
        }
        member = Member(f"{ROOT}/a", 1, told["digest"], 0)
        assert b"".join(members.write([(member, 0, HeldFile(**told))]))
        with pytest.raises(ValueError, match="not the payload file"):
            b"".join(members.write([(member, 0, HeldFile(**(told | change)))]))

    def test_what_could_not_be_read_back_is_not_written(self):
        member = Member("a", 1, Digest(Algorithm.SHA512, "0" * 128), 0)
        with pytest.raises(ValueError, match="twice"):
            b"".join(members.write([(member, 0, None), (member, 1, None)]))
        with pytest.raises(ValueError, match="not SHA-512"):
            b"".join(members.write([(Member("a", 1, Digest(Algorithm.MD5, "0" * 32), 0), 0, None)]))


@st.composite
def summaries(draw):
    files = [row[2] for row in draw(layouts()) if row[2]]
    return Summary(
        id=draw(ids),
        version=draw(st.integers(1, 10**6)),
        created=draw(moments),
        sip=draw(texts),
        fingerprint=draw(digests),
        account=draw(accounts),
        description=draw(tuples(records)),
        files=tuple(files),
        events=draw(tuples(events)),
        stores=draw(tuples(stores)),
        retained_until=draw(st.none() | st.dates()),
        rights=draw(tuples(rights)),
    )


def one_summary() -> Summary:
    agent = Agent("Arkiv", "0.1.0")
    finding = Finding(EventType.REPLICATION, Outcome.SUCCESS, agent, "2 copies")
    return Summary(
        id=ID,
        version=1,
        created=datetime(2026, 1, 31, tzinfo=UTC),
        sip="scans",
        fingerprint=Digest(Algorithm.SHA512, "0" * 128),
        account=Account(1, 2, 3, 4, 5, 6),
        description=(Record("", (Statement("title", "Protokolle"),)),),
        files=(),
        events=(Event("e", datetime(2026, 1, 31, tzinfo=UTC), finding),),
        stores=(StoreName("a"),),
    )


class TestSummary:
    @given(summaries())
    def test_what_is_written_is_read_back(self, told):
        document = summary.write(told)
        assert summary.read(document, told.files) == told
        assert summary.write(summary.read(document, ())) == document

    @pytest.mark.parametrize(
        ("path", "value", "reason"),
        [
            (["id"], "x", "hexadecimal UUID"),
            (["version"], "1", "version: a whole number"),
            (["created"], "2026-01-31", "not a moment"),
            (["fingerprint"], "0" * 128, "not a valid Algorithm"),
            (["account", "preserved", "files"], None, "account: preserved: files"),
            (["stores"], ["A b"], "not a store name"),
            (["description", 0, "statements", 0, "element"], "titel", "not an element"),
            (["events", 0, "outcome"], "good", "not a valid Outcome"),
            (["events", 0, "agent", "name"], 1, "events: 1: agent: name: a text"),
            (["files"], [], "'files' is not known"),
            (["retained_until"], "soon", "Invalid isoformat"),
            (["rights"], [{}], "rights: 1: basis is missing"),
            (["retained_until"], 2036, "retained_until: a text or null"),
        ],
    )
    def test_what_is_no_summary_is_corrupt(self, path, value, reason):
        document = json.loads(summary.write(one_summary()))
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with pytest.raises(Corrupt, match=reason):
            summary.read(json.dumps(document).encode(), ())


entries = st.builds(
    ledger.Entry, ids, st.integers(1, 99), stores, texts, st.sampled_from(CopyState), events
)
decisions = st.builds(Decision, ids, st.integers(1, 99), st.sampled_from(Act), texts, events)


@st.composite
def batches(draw):
    sequence = draw(st.integers(1, 10**12 - 1))
    previous = None if sequence == 1 else draw(digests)
    return ledger.Batch(sequence, previous, draw(moments), draw(tuples(entries | decisions)))


class TestLedger:
    @given(batches())
    def test_what_is_written_is_read_back(self, batch):
        document = ledger.write(batch)
        assert ledger.read(document) == batch
        assert ledger.write(ledger.read(document)) == document

    @given(batches(), st.data())
    def test_a_cut_or_altered_batch_is_never_read_as_the_same(self, batch, data):
        document = ledger.write(batch)
        at = data.draw(st.integers(0, len(document) - 1))
        altered = document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
        assert ledger.digest(altered) != ledger.digest(document)
        for other in (altered, document[:at]):
            try:
                read = ledger.read(other)
            except Corrupt:
                continue
            assert read != batch or other == document

    def test_the_first_has_no_previous_and_every_other_has_one(self):
        previous = Digest(Algorithm.SHA512, "0" * 128)
        when = datetime(2026, 1, 31, tzinfo=UTC)
        for sequence, before in [(1, previous), (2, None), (0, None), (10**12, previous)]:
            with pytest.raises(ValueError, match="batch"):
                ledger.Batch(sequence, before, when, ())

    def test_keys_sort_in_sequence(self):
        keys = [ledger.key(sequence) for sequence in (1, 2, 10, 10**11)]
        assert keys == sorted(keys)
        assert keys[0] == "ledger/000000000001.jsonl"

    @pytest.mark.parametrize("line", [b"5", b"[]", b'"act"', b"null", b'["looked"]'])
    def test_a_line_that_is_no_object_is_corrupt(self, line):
        head = ledger.write(ledger.Batch(1, None, datetime(2026, 1, 1, tzinfo=UTC), ()))
        with pytest.raises(Corrupt, match="line 2: an object is expected"):
            ledger.read(head + line + b"\n")

    def test_all_reasons_are_told_at_once(self):
        head = b'{"sequence": "1", "previous": 2}\n'
        with pytest.raises(Corrupt) as raised:
            ledger.read(head + b"{}\n")
        assert len(raised.value.reasons) == 3 + 6


class TestTombstone:
    stones = st.builds(
        Tombstone,
        ids,
        texts,
        st.lists(
            st.builds(
                Buried,
                st.integers(1, 99),
                moments,
                texts,
                digests,
                st.integers(0, 10**9),
                st.integers(0, 10**15),
                st.none() | digests,
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        tuples(stores),
        decisions,
        decisions,
    )

    @given(stones)
    def test_what_is_written_is_read_back(self, told):
        document = tombstone.write(told)
        assert tombstone.read(document) == told
        assert tombstone.write(tombstone.read(document)) == document

    @given(stones, st.sampled_from(["id", "versions", "request", "approval"]))
    def test_what_is_no_tombstone_is_corrupt(self, told, name):
        document = json.loads(tombstone.write(told))
        for value in (None, "x", [{}]):
            wrong = json.dumps(document | {name: value}, ensure_ascii=False)
            with pytest.raises(Corrupt, match=name if (name, value) != ("id", "x") else "UUID"):
                tombstone.read(wrong.encode("utf-8"))


def test_a_summary_of_before_retention_is_read():
    document = json.loads(summary.write(one_summary()))
    del document["retained_until"]
    assert summary.read(json.dumps(document).encode(), ()) == one_summary()
