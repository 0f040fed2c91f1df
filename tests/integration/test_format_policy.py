"""What an archive decides about faulty files is done, and is kept with what it was decided of."""

import io

import pytest
from PIL import Image

from preservation.assembly.ingest import ingest
from preservation.rules import Refused


def _png():
    out = io.BytesIO()
    Image.effect_noise((90, 60), 80).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def archive_folder(archive_folder):
    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8").replace("validators = []", 'validators = ["image"]')
    file.write_text(text, "utf-8")
    return archive_folder


@pytest.fixture
def decide(archive_folder):
    """Writes a format policy, and an agreement `made` that names it."""

    def write(text, name="careful"):
        for folder in ("agreements", "formats"):
            (archive_folder / "profiles" / folder).mkdir(parents=True, exist_ok=True)
        agreement = archive_folder / "profiles/agreements/made.toml"
        agreement.write_text('[formats]\npolicy = "careful"\n', "utf-8")
        (archive_folder / "profiles/formats" / f"{name}.toml").write_text(text, "utf-8")

    return write


@pytest.fixture
def faulty(sip):
    whole = _png()
    return sip({b"whole.png": whole, b"cut.png": whole[: len(whole) // 2]})


@pytest.fixture
def brought(archive, quiet):
    def run(folder, *, again=False):
        return ingest(archive, folder, again=again, progress=quiet, agreement="made")

    return run


def test_a_file_is_asked_about_until_somebody_lets_it_in(
    archive, decide, faulty, brought, archive_folder, arkiv
):
    decide('invalid = "ask"\n')
    with pytest.raises(Refused) as refused:
        brought(faulty)
    (remark,) = refused.value.remarks
    assert (remark.code, remark.where) == ("POLICY-ASK", "cut.png")
    digest = remark.found.rpartition(" ")[2]
    assert archive.catalogue.packages() == ()
    assert len(arkiv("list", "--rejected")[1]) == 1

    text = f'invalid = "ask"\n[[let_in]]\nsha512 = "{digest}"\nby = "Arta"\nbecause = "lost"\n'
    decide(text)
    receipt = brought(faulty)
    _, (shown,) = arkiv("show", receipt.aip_id, "--files", "--events")
    validity = {f["original_name"]: f["validity"] for f in shown["file_list"]}
    assert validity == {"whole.png": "well-formed", "cut.png": "not well-formed"}
    notes = [e["note"] for e in shown["events"]]
    assert "let in by Arta, because: lost (1 file)" in notes
    tar = next((archive_folder / "stores/a").rglob("*.tar")).read_bytes()
    assert b"submission/format-policy.toml" in tar
    assert text.encode() in tar


def test_what_is_refused_is_refused_and_what_is_kept_is_warned_of(decide, faulty, brought):
    decide('invalid = "refuse"\n')
    with pytest.raises(Refused, match="POLICY-INVALID"):
        brought(faulty)
    decide('invalid = "keep"\n')
    assert any("kept with their faults" in warning for warning in brought(faulty).warnings)


def test_a_policy_with_a_mistake_stops_an_ingest_before_it_begins(decide, faulty, arkiv):
    decide('invalid = "sometimes"\n')
    code, (document,) = arkiv("ingest", faulty, "--agreement", "made")
    assert (code, document["status"]) == (2, "misconfigured")
    assert "careful.toml, line 1" in document["reasons"][0]
    assert arkiv("policy", "check", "no-such-file")[0] == 2


def test_policies_are_listed_and_shown(decide, arkiv):
    decide('because = "we must"\ninvalid = "ask"\n')
    code, listed = arkiv("policy", "list")
    assert (code, [it["name"] for it in listed]) == (0, ["careful", "default"])
    code, (shown,) = arkiv("policy", "show", "careful")
    assert (code, shown["invalid"], shown["because"]) == (0, "ask", "we must")
    code, text = arkiv("policy", "show", "default", json=False)
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "veraPDF" in text
