"""What may be done with an AIP is in the catalogue, and comes back with a rebuild."""

from preservation.assembly.archive import opened

RIGHTS = (
    b"file,basis,status,determination_date,jurisdiction,start_date,end_date,terms,citation,note,"
    b"grant_act,grant_restriction,grant_start_date,grant_end_date,grant_note,"
    b"doc_id_type,doc_id_value,doc_id_role\n"
    b"objects/a.txt,statute,,2020-01-01,xk,2020-01-01,2045-12-31,,Law 06/L-081,,"
    b"disseminate,Disallow,2020-01-01,2045-12-31,,,,\n"
)
AGREEMENT = """
because = "the town"
[rights]
access = "disseminate"
basis = "license"
because = "anybody may read it"
"""


def test_rights_that_came_along_are_told(archive_folder, arkiv, sip, rebuilds_to_the_same):
    files = {b"objects/a.txt": b"1", b"objects/b.txt": b"2", b"metadata/rights.csv": RIGHTS}
    _, (told,) = arkiv("ingest", sip(files))
    (shown,) = arkiv("show", told["aip_id"])[1]
    (right,) = shown["rights"]
    assert (right["act"], right["restriction"], right["basis"]) == (
        "disseminate",
        "Disallow",
        "statute",
    )
    assert (right["citation"], right["end"]) == ("Law 06/L-081", "2045-12-31")
    assert len(right["objects"]) == 1
    assert right["objects"][0].endswith("a.txt")
    rebuilds_to_the_same(archive_folder, "ab")
    code, text = arkiv("show", told["aip_id"], json=False)
    assert code == 0
    assert "disseminate, Disallow (1 object); statute: Law 06/L-081" in text


def test_rights_of_the_agreement_stay_with_later_versions(
    archive_folder, arkiv, sip, tmp_path, rebuilds_to_the_same
):
    (archive_folder / "profiles/agreements").mkdir(parents=True)
    (archive_folder / "profiles/agreements/town.toml").write_text(AGREEMENT, "utf-8")
    _, (told,) = arkiv("ingest", sip({b"a.txt": b"1"}), "--agreement", "town")
    before = arkiv("show", told["aip_id"])[1][0]["rights"]
    assert [(it["act"], it["basis"]) for it in before] == [("disseminate", "license")]
    (tmp_path / "more").mkdir()
    (tmp_path / "more/b.txt").write_bytes(b"2")
    assert arkiv("revise", told["aip_id"], tmp_path / "more", "--agreement", "town")[0] == 0
    assert arkiv("show", told["aip_id"])[1][0]["rights"] == before
    rebuilds_to_the_same(archive_folder, "ab")
    with opened(archive_folder) as archive:
        assert len(archive.catalogue.package(told["aip_id"]).rights) == 1
