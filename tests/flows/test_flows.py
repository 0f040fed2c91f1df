"""The flows run the same stages as the command line, on a real Prefect."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from preservation.assembly.archive import opened
from preservation.assembly.ingest import ingest as ingest_directly
from preservation.assembly.recovery import Silence
from preservation.errors import Corrupt, Misconfigured, Rejected, Unavailable
from preservation.forms import IngestForm
from preservation.model.identifiers import PackageId

# One server, which takes seconds to start, is enough.
pytestmark = pytest.mark.xdist_group("prefect")

STAGES = [
    "receive",
    "admit",
    "verify",
    "scan",
    "identify",
    "unfold",
    "admit formats",
    "characterize",
    "validate",
    "admit validity",
    "pack",
    "replicate",
    "register",
]


def events(place, aip_id):
    """What PREMIS says of an AIP, without what differs between two of the same SIP."""
    found = opened(place.folder).catalogue.events(PackageId(aip_id))
    return [
        (e.finding.type, e.finding.outcome, e.finding.agent, e.finding.detail, e.finding.objects)
        for e in found
    ]


def state_of(flow, *arguments, **named):
    """The state in which a run ends."""
    return flow(*arguments, **named, return_state=True)


def test_an_ingest_is_the_same_as_without_prefect(prefect, place, attempts) -> None:
    direct = ingest_directly(opened(place.folder), place.sip, again=False, progress=Silence())

    state = state_of(prefect.ingest, str(place.folder), str(place.sip), again=True)

    receipt = state.result()
    assert receipt["status"] == "preserved"
    assert [copy["state"] for copy in receipt["copies"]] == ["sound", "sound"]
    assert receipt["aip_id"] != direct.aip_id
    assert events(place, receipt["aip_id"]) == events(place, direct.aip_id)
    assert attempts(state.state_details.flow_run_id) == dict.fromkeys(STAGES, 1)
    assert list((place.folder / "scratch").iterdir()) == []


def test_the_receipt_is_the_form_of_the_command_line(prefect, place) -> None:
    receipt = prefect.ingest(str(place.folder), str(place.sip))

    assert IngestForm(**receipt).model_dump(mode="json") == receipt


def test_a_run_is_named_after_its_package_and_leaves_its_receipt(prefect, place) -> None:
    sip = place.sip.rename(place.sip.with_name("<b>vendim*"))
    state = state_of(prefect.ingest, str(place.folder), str(sip))

    of_run = state.state_details.flow_run_id
    assert prefect.api.read_flow_run(of_run).name == "<b>vendim*"
    asked = {"artifacts": {"flow_run_id": {"any_": [str(of_run)]}}}
    (left,) = prefect.api._client.post("/artifacts/filter", json=asked).json()
    assert left["key"] == "receipt"
    assert "\\<b\\>vendim\\*** is preserved." in left["data"]
    assert state.result()["aip_id"] in left["data"]


def test_a_store_that_comes_back_is_tried_again(prefect, place, heard, attempts) -> None:
    away = place.store("b").rename(place.folder / "unmounted")
    heard.at["Retry 1/"] = lambda: away.rename(place.store("b"))

    state = state_of(prefect.ingest, str(place.folder), str(place.sip))

    assert state.result()["status"] == "preserved"
    assert heard.at == {}, "it was tried again"
    tried = attempts(state.state_details.flow_run_id)
    assert tried == dict.fromkeys(STAGES, 1) | {"replicate": 2}
    assert [len(list(place.store(name).rglob("*.tar"))) for name in "ab"] == [1, 1]


def test_a_rejected_sip_is_not_tried_again(prefect, place, heard, attempts) -> None:
    prefect.ingest(str(place.folder), str(place.sip))

    state = state_of(prefect.ingest, str(place.folder), str(place.sip))

    with pytest.raises(Rejected, match="already preserved"):
        state.result()
    assert state.name == "Failed"
    assert "already preserved, unchanged: found AIP" in state.message
    assert not [message for message in heard.messages if "Retry" in message]
    assert attempts(state.state_details.flow_run_id) == {"receive": 1, "admit": 1, "verify": 1}


def test_an_archive_that_is_none_fails_before_any_task(prefect, tmp_path) -> None:
    with pytest.raises(Misconfigured, match=r"arkiv\.toml"):
        prefect.ingest(str(tmp_path), str(tmp_path))


def test_an_audit_reads_again_each_time_and_names_what_it_finds(prefect, place, attempts) -> None:
    aip_id = prefect.ingest(str(place.folder), str(place.sip))["aip_id"]
    form, *stores = prefect.audit(str(place.folder))
    assert [(it["store"], it["status"]) for it in stores] == [("a", "in order"), ("b", "in order")]
    assert (form["aip_id"], form["status"]) == (aip_id, "sound")

    place.damage("a")
    place.damage("b")
    state = state_of(prefect.audit, str(place.folder))

    with pytest.raises(Corrupt) as caught:
        state.result()
    assert state.name == "Failed"
    for store in "ab":
        named = [r for r in caught.value.reasons if r.startswith(f"store {store}: ")]
        assert any("vendim.txt" in reason for reason in named)
        assert all(reason in state.message for reason in named)
    assert attempts(state.state_details.flow_run_id) == {"audit 1": 1, "look": 1}
    assert {c.state for c in opened(place.folder).catalogue.copies()} == {"corrupt"}


def test_an_audit_of_presence_does_not_see_what_only_reading_shows(prefect, place) -> None:
    aip_id = prefect.ingest(str(place.folder), str(place.sip))["aip_id"]
    place.damage("a")

    (form,) = prefect.audit(str(place.folder), what="presence", aip_ids=[aip_id])

    assert (form["status"], form["depth"]) == ("sound", "presence")
    with pytest.raises(Misconfigured, match="no AIP has this identifier"):
        prefect.audit(str(place.folder), aip_ids=["00000000-0000-4000-8000-000000000000"])


def test_an_audit_looks_at_every_batch_before_it_fails(
    prefect, place, attempts, monkeypatch
) -> None:
    for _ in range(2):
        prefect.ingest(str(place.folder), str(place.sip), again=True)
    first, *_ = opened(place.folder).catalogue.copies()
    (place.store(first.store) / first.key).unlink()
    place.store("b").rename(place.folder / "unmounted")
    monkeypatch.setattr("preservation.assembly.audits.BATCH", 1)

    state = state_of(prefect.audit, str(place.folder))

    with pytest.raises(Corrupt) as caught:
        state.result()
    told = {f"audit {n}": 1 for n in range(1, 5)}
    assert attempts(state.state_details.flow_run_id) == told | {"look": 1}
    stores = [reason.partition(":")[0] for reason in caught.value.reasons]
    assert stores == ["store a", "store b"], "the same reason once, for however many copies"


def test_every_piece_is_tried_before_a_failure_is_raised(prefect) -> None:
    done = []

    def step(piece):
        if piece == 0:
            raise Corrupt("the first")
        time.sleep(0.5)  # a flow that fails takes a moment, in which a hasty one would end too
        done.append(piece)
        return -piece

    assert prefect.fanned_out(step, range(3, 0, -1)) == [-3, -2, -1]
    done.clear()
    with pytest.raises(Corrupt, match="the first"):
        prefect.fanned_out(step, range(9))
    assert sorted(done) == list(range(1, 9))


def test_an_audit_of_a_store_that_is_away_is_not_called_corrupt(prefect, place) -> None:
    prefect.ingest(str(place.folder), str(place.sip))
    place.store("b").rename(place.folder / "unmounted")

    with pytest.raises(Unavailable, match="store b"):
        prefect.audit(str(place.folder))


def test_a_repair_mends_what_an_audit_found_and_says_what_is_lost(prefect, place, attempts) -> None:
    aip_id = prefect.ingest(str(place.folder), str(place.sip))["aip_id"]
    place.damage("a")
    state_of(prefect.audit, str(place.folder))

    state = state_of(prefect.repair, str(place.folder))

    assert [(form["aip_id"], form["status"]) for form in state.result()] == [(aip_id, "repaired")]
    assert attempts(state.state_details.flow_run_id) == {"repair 1": 1}
    assert prefect.audit(str(place.folder))[0]["status"] == "sound"
    place.damage("a")
    place.damage("b")
    with pytest.raises(Corrupt, match="sound in none of stores a, b"):
        prefect.repair(str(place.folder), [aip_id])


def test_an_audit_repairs_if_the_settings_say_so_and_is_heard_all_the_same(
    prefect, place, attempts
) -> None:
    prefect.ingest(str(place.folder), str(place.sip))
    with (place.folder / "arkiv.toml").open("a", encoding="utf-8") as file:
        file.write("\n[repair]\nautomatic = true\n")
    place.damage("a")

    state = state_of(prefect.audit, str(place.folder))

    with pytest.raises(Corrupt):
        state.result()
    assert attempts(state.state_details.flow_run_id) == {"audit 1": 1, "look": 1, "repair": 1}
    assert {copy.state for copy in opened(place.folder).catalogue.copies()} == {"sound"}
    assert prefect.audit(str(place.folder))[0]["status"] == "sound"


def test_a_package_is_given_out(prefect, place, tmp_path) -> None:
    aip_id = prefect.ingest(str(place.folder), str(place.sip))["aip_id"]
    place.damage("a")

    given = prefect.disseminate(str(place.folder), aip_id, str(tmp_path / "out"))

    bag = tmp_path / "out" / aip_id
    assert (given["status"], given["place"]) == ("exported", str(bag))
    assert [copy["store"] for copy in given["copies"]] == ["b"]
    (payload,) = bag.rglob("vendim.txt")
    assert payload.read_bytes() == (place.sip / "objects" / "vendim.txt").read_bytes()

    prefect.disseminate(str(place.folder), aip_id, str(tmp_path / "files"), form="originals")
    assert (tmp_path / "files" / aip_id / "objects" / "vendim.txt").is_file()


@pytest.mark.usefixtures("prefect")
def test_a_flow_is_started_from_a_shell_and_exits_as_the_command_line_does(
    place, monkeypatch
) -> None:
    from prefect.settings import PREFECT_API_URL

    monkeypatch.setenv("PREFECT_API_URL", PREFECT_API_URL.value())

    def run(flow, *arguments):
        return subprocess.run(
            [sys.executable, "-m", f"flows.{flow}", place.folder, *arguments],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("ingest", place.sip)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('{"status": "preserved"')

    done = run("ingest", place.sip)
    assert (done.returncode, done.stdout) == (Rejected.exit_code, "")
    assert "already preserved" in done.stderr
