"""`arkiv report levels`: the evidence is that of the archive."""

from lxml import html

from preservation.assembly.archive import opened
from preservation.assembly.levels import evidence


def cells(form, area, level):
    return [row for row in form["rows"] if (row["area"], row["level"]) == (area, level)]


def test_levels_rise_with_what_is_done(archive_folder, packages, arkiv, tmp_path):
    code, (form,) = arkiv("report", "levels")
    assert (code, form["status"]) == (0, "reported")
    (storage,) = cells(form, "storage", 1)
    assert storage["met"] == "not met"
    assert "nobody told where stores a, b are" in storage["evidence"]
    (mended,) = cells(form, "integrity", 4)
    assert mended["next"] == "arkiv drill"

    file = archive_folder / "arkiv.toml"
    text = file.read_text("utf-8")
    for store, place in (("a", "Vushtrri"), ("b", "Växjö")):
        old = f'url = "stores/{store}"'
        text = text.replace(old, f'{old}\nplace = "{place}"')
    file.write_text(text, "utf-8")
    arkiv("drill", "--store", "a", "--sample", "1")
    code, (form,) = arkiv("report", "levels", "--html", tmp_path / "levels.html")

    assert cells(form, "storage", 1)[0]["met"] == "met"
    assert cells(form, "storage", 2)[0]["met"] == "not met"
    assert cells(form, "integrity", 3)[0]["met"] == "met"
    assert cells(form, "integrity", 4)[0]["met"] == "met"
    page = html.document_fromstring((tmp_path / "levels.html").read_text("utf-8"))
    assert len(page.xpath("//tbody/tr")) == len(form["rows"])
    for row in form["rows"]:
        assert row["evidence"] in page.text_content()
    assert len(packages) == 2


def test_the_evidence_is_counted(archive_folder, packages, arkiv):
    with opened(archive_folder) as archive:
        found = evidence(archive, "default")
    assert (found.aips, found.stores, found.places, found.kinds) == (2, {2: 3}, {0: 3}, {1: 3})
    assert (found.files, found.identified, found.judged, found.scanned) == (5, 0, 0, 0)
    assert (found.people, found.undescribed, found.told_again) == (0, 0, None)
    arkiv("hold", "place", "case", packages[0], "--by", "Arta Hoxha", "--because", "a case")
    (archive_folder / "stores/b").rename(archive_folder / "away")
    arkiv("audit")
    with opened(archive_folder) as archive:
        found = evidence(archive, "default")
    assert (found.people, found.stores) == (1, {1: 3})


def test_people_read_it_in_80_columns(packages, arkiv):
    code, text = arkiv("report", "levels", json=False)
    assert code == 0
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "control    no level shown; level 4 if you can say what is yours" in text
    assert len(packages) == 2
    assert arkiv("report", "levels", "--policy", "none")[0] == 2
