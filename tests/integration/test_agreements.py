"""What was agreed decides what goes in, how it is described, and where it is kept."""

import tarfile

import pytest

from preservation.agreements import find
from preservation.assembly.archive import opened
from preservation.assembly.check import check
from preservation.assembly.ingest import ingest
from preservation.errors import Misconfigured
from preservation.model.premis import Outcome
from preservation.rules import Refused

SHEET = b"filename,dc.title,dc.creator,dc.date,dc.identifier,dc.type,dc.format\n"
FULL = SHEET + b"objects/,Minutes,Komuna,1987,VU-1,file,3 pages\n"
GIF = bytes.fromhex("474946383961010001008000000000ffffff2c00000000010001000002024401003b")
FILES = {b"objects/a.gif": GIF, b"metadata/metadata.csv": FULL}


@pytest.fixture
def agree(archive):
    def write(text):
        folder = archive.folder / "profiles/agreements"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "made.toml").write_text(text, "utf-8")

    return write


@pytest.fixture
def brought(archive, quiet):
    def run(folder):
        return ingest(archive, folder, again=False, progress=quiet, agreement="made")

    return run


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[submission]\nkinds = ["bag"]', "AGREEMENT-KIND"),
        ("[limits]\nfiles = 1", "AGREEMENT-FILES"),
        ("[limits]\nbytes = 90", "AGREEMENT-BYTES"),
        ("[limits]\nfile_bytes = 60", "AGREEMENT-FILE-BYTES"),
        ('[formats]\nallowed = ["fmt/353"]', "AGREEMENT-FORMAT"),
    ],
)
def test_what_is_not_agreed_is_refused(archive, sip, agree, brought, text, code):
    agree(text)
    with pytest.raises(Refused) as refused:
        brought(sip(FILES))
    assert {remark.code for remark in refused.value.remarks} == {code}
    assert archive.catalogue.packages() == ()


@pytest.fixture
def identifying(archive_folder, agree, quiet):
    """Ingests into the archive with a tool that identifies formats."""

    def run(folder, text):
        agree(text)
        settings = (archive_folder / "arkiv.toml").read_text("utf-8")
        settings = settings.replace("identifiers = []", 'identifiers = ["siegfried"]')
        (archive_folder / "arkiv.toml").write_text(settings, "utf-8")
        with opened(archive_folder) as place:
            return ingest(place, folder, again=False, progress=quiet, agreement="made")

    return run


def test_a_format_that_was_agreed_not_to_be_sent_is_refused(sip, identifying):
    with pytest.raises(Refused, match=r"objects/a\.gif: .*fmt/4.*AGREEMENT-FORMAT-REFUSED"):
        identifying(sip(FILES), '[formats]\nrefused = ["fmt/4"]')


def test_a_format_that_was_agreed_is_taken(sip, identifying):
    assert identifying(sip(FILES), '[formats]\nallowed = ["fmt/4"]').account.preserved_files == 1


def test_formats_that_nobody_identified_are_not_performed(archive, sip, agree, brought):
    agree('[formats]\nrefused = ["fmt/4"]')
    receipt = brought(sip(FILES))
    events = [e.finding for e in archive.catalogue.events(receipt.aip_id)]
    (told,) = [f for f in events if f.detail.startswith("agreement") and "formats" in f.detail]
    assert (told.outcome, told.note) == (Outcome.NOT_PERFORMED, "1 of 1 files")


def test_folders_within_folders_are_limited(sip, agree, brought):
    agree("[limits]\ndepth = 2")
    with pytest.raises(Refused, match="AGREEMENT-DEPTH"):
        brought(sip({b"a/b/c/d.txt": b""}))


@pytest.mark.parametrize("missing", ["error", "warning", "info"])
def test_a_description_that_lacks_what_was_agreed_is_refused_or_warned_of(
    sip, agree, brought, missing
):
    agree(f'[description]\nmissing = "{missing}"')
    folder = sip(FILES | {b"metadata/metadata.csv": SHEET + b"objects/,Minutes,,1987,,file,\n"})
    if missing == "error":
        with pytest.raises(Refused, match=r"missing: reference code .*creator .*extent"):
            brought(folder)
        return
    warnings = " ".join(brought(folder).warnings)
    assert ("AGREEMENT-DESCRIPTION" in warnings) is (missing == "warning")


def test_a_bag_must_name_the_profile_that_was_agreed(sip, agree, brought):
    agree('[submission]\nprofile = "https://a.b/c.json"')
    bag = {
        b"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"manifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/a.txt\n",
        b"bag-info.txt": b"Contact-Name: X\n",
        b"data/a.txt": b"",
    }
    folder = sip(bag)
    with pytest.raises(Refused, match="AGREEMENT-PROFILE"):
        brought(folder)
    # The label may be there more than once, in any case.
    named = "BagIt-Profile-Identifier: https://a.b/d.json\n"
    named += "BAGIT-profile-identifier: https://a.b/c.json\n"
    (folder / "bag-info.txt").write_text(named)
    assert brought(folder).account.preserved_files == 1


def test_the_agreement_is_kept_in_the_aip_and_named_in_an_event(
    archive, sip, agree, brought, given_back
):
    text = 'producer = "Komuna"\n[rights]\naccess = "disseminate"\nbecause = "we agreed"\n'
    agree(text)
    folder = sip(FILES)
    receipt = brought(folder)
    given_back(receipt, folder)
    (event,) = [
        e
        for e in archive.catalogue.events(receipt.aip_id)
        if e.finding.detail.startswith("agreement made, version ")
    ]
    assert event.finding.note == "as agreed"
    store = archive.stores["a"]
    tar = b"".join(store.read(receipt.copies[0].key))
    assert text.encode() in tar
    assert b"submission/agreement.toml" in tar
    assert b"submission agreement" in tar
    assert b"we agreed" in tar


def test_only_the_stores_of_the_agreement_get_a_copy(archive, sip, agree, brought):
    agree('[storage]\nstores = ["b"]')
    receipt = brought(sip(FILES))
    assert [copy.store for copy in receipt.copies] == ["b"]
    assert not list(archive.stores["a"].keys("ocfl/" + receipt.copies[0].key[5:8]))


@pytest.mark.parametrize("storage", ['stores = ["c"]', "copies = 3"])
def test_stores_that_the_archive_has_not_are_a_mistake(sip, agree, brought, storage):
    agree(f"[storage]\n{storage}")
    with pytest.raises(Misconfigured, match="storage"):
        brought(sip(FILES))


def test_a_check_holds_a_package_against_an_agreement_too(archive, sip, agree, quiet):
    agree('[submission]\nkinds = ["bag"]\n[formats]\nallowed = ["fmt/353"]')
    by = find("made", archive.folder).agreement
    report = check(sip(FILES), progress=quiet, agreement=by)
    assert [remark.code for remark in report.remarks] == ["AGREEMENT-KIND"]
    assert any("no format identifier was given" in missed for missed in report.not_made)


@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_check_identifies_the_files_where_the_agreement_speaks_of_formats(
    arkiv, archive_folder, agree, sip, tmp_path, form
):
    agree('[formats]\nrefused = ["fmt/4"]')
    settings = (archive_folder / "arkiv.toml").read_text("utf-8")
    settings = settings.replace("identifiers = []", 'identifiers = ["siegfried"]')
    (archive_folder / "arkiv.toml").write_text(settings, "utf-8")
    brought = sip(FILES)
    if form == "tar":
        with tarfile.open(tmp_path / "sip.tar", "w") as tar:
            tar.add(brought, "sip")
        brought = tmp_path / "sip.tar"

    code, (report,) = arkiv("check", brought, "--agreement", "made")

    assert code == 3
    (found,) = [it for it in report["findings"] if it["level"] == "error"]
    assert found["code"] == "AGREEMENT-FORMAT-REFUSED"
    assert found["where"].endswith("objects/a.gif")


def test_formats_of_a_package_that_is_not_whole_are_not_performed(arkiv, agree, sip):
    agree('[formats]\nrefused = ["fmt/4"]')
    checksums = {b"metadata/checksum.md5": b"0" * 32 + b"  ../objects/a.gif\n"}

    code, (report,) = arkiv("check", sip(FILES | checksums), "--agreement", "made")

    assert code == 3
    assert any("once the package is whole" in missed for missed in report["not_performed"])


def test_an_agreement_is_held_against_what_the_archive_has(arkiv, archive_folder, agree):
    agree('[formats]\npolicy = "strict"\n[storage]\nstores = ["a", "moon"]\ncopies = 1')

    code, (said,) = arkiv("agreement", "check", archive_folder / "profiles/agreements/made.toml")
    assert code == 2
    first, second = said["reasons"]
    assert "line 4: storage.stores: moon: no store of this archive; it has a, b" in first
    assert "line 2: formats.policy: strict: there is no such policy" in second
    _, (doctor,) = arkiv("doctor")
    ill = [it for it in doctor["examined"] if it["name"] == "agreement made"]
    assert {it["state"] for it in ill} == {"wrong"}
    assert len(ill) == 2


def test_an_archive_s_own_default_is_kept_and_the_one_of_arkiv_is_not(archive, sip, quiet):
    brought = sip(FILES)

    def tar(again):
        receipt = ingest(archive, brought, again=again, progress=quiet)
        return b"".join(archive.stores["a"].read(receipt.copies[0].key))

    assert b"submission/agreement.toml" not in tar(again=False)
    folder = archive.folder / "profiles/agreements"
    folder.mkdir(parents=True)
    (folder / "default.toml").write_text('producer = "Us"', "utf-8")
    assert b"submission/agreement.toml" in tar(again=True)


def test_an_agreement_is_shown_with_the_defaults_that_count(arkiv, agree):
    agree(
        'because = "x"\n[limits]\nfiles = 3\nbecause = "one shelf"\n[submission]\nkinds = ["bag"]'
    )

    code, (form,) = arkiv("agreement", "show", "made")
    said = {it["key"]: (it["value"], it["written"]) for it in form["rules"]}

    assert code == 0
    assert said["limits.files"] == (3, True)
    assert said["limits.depth"] == (100, False)
    assert said["submission.kinds"] == (["bag"], True)
    assert said["storage.copies"] == (None, False)
    assert form["because"] == {"": "x", "limits": "one shelf"}
    _, text = arkiv("agreement", "show", "made", json=False)
    assert "3\n" in text
    assert "100  (default)" in text
    assert all(len(line) <= 80 for line in text.splitlines())
