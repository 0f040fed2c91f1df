"""What is told of texts in the languages and code pages of the region."""

import codecs
import os
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preservation.model.formats import Format
from preservation.model.identifiers import Puid
from preservation.tools.characterizers import text_facts
from preservation.tools.characterizers.text import Text
from preservation.tools.characterizers.text_encodings import PAGES, judge
from preservation.tools.characterizers.text_facts import facts_of

TEXTS = {
    "Albanian": "Kuvendi i komunës vendosi për ndërtimin e shkollës së re në fshatin tonë. Është "
    "parë e nevojshme që të gjithë qytetarët të kenë ujë të pijshëm, dhe çdo shtëpi të lidhet me "
    "rrjetin. Kryetari tha: „Kjo çështje është më e rëndësishmja për këtë vit“.",
    "Serbian (Latin)": "Skupština opštine je donela odluku o izgradnji nove škole u našem selu. "
    "Svaka kuća će biti priključena na mrežu, a građani mogu da podnesu žalbu u roku od petnaest "
    "dana. Šef službe će čuvati knjige, još od pre rata, i njihove članove.",
    "Serbian (Cyrillic)": "Скупштина општине је донела одлуку о изградњи нове школе у нашем селу. "
    "Свака кућа ће бити прикључена на мрежу, а грађани могу да поднесу жалбу у року од петнаест "
    "дана. Шеф службе ће чувати књиге, још од пре рата, и њихове чланове.",
    "Turkish": "Belediye meclisi köyümüzde yeni bir okulun yapılması için karar aldı. Her ev su "
    "şebekesine bağlanacak ve vatandaşlar on beş gün içinde itiraz edebilecek. İmar müdürü çok "
    "eski defterleri saklıyor; çünkü bunlar değerli, ağır ve güzel şeylerdir.",
    "Romani": "Amare čhave džan andi škola thaj sikljon te ramon pe romani čhib. O manuš kaj "
    "čerel akava lil si baro raklo, thaj vov phenel so šundas katar e phure manuša: kaj sas "
    "e čerhaja, kaj sas o drom, thaj sar ašunen e šukar đilja ano gav.",
    "Swedish": "Kommunfullmäktige beslutade att bygga en ny skola i vår by. Alla hushåll får "
    "vatten från ledningen, och medborgarna kan överklaga inom tre veckor. Förvaltningen bevarar "
    "äldre böcker på ett säkert ställe, även sådana från före kriget.",
    "English": "The council decided to build a new school – the first in our village – and “every "
    "house” will be connected to the network. The mayor’s office keeps the books, which it "
    "values at £200 and £300; he says: “we don’t know”.",
}
CASES = [
    (language, page)
    for language, text in TEXTS.items()
    for page, codec in PAGES.items()
    if text.encode(codec, "ignore").decode(codec) == text
]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")


def facts(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return dict(facts_of(str(path)))


def test_each_language_can_be_written_in_a_page_of_the_region():
    assert {language for language, _ in CASES} == set(TEXTS)
    plain = {"Turkish": "ISO-8859-9", "Serbian (Cyrillic)": "ISO-8859-5"}
    assert set(plain.items()) <= set(CASES)


@pytest.mark.parametrize(("language", "page"), CASES)
def test_a_code_page_is_told_by_the_letters_of_a_language(language, page):
    content = TEXTS[language].encode(PAGES[page])
    found = judge(content, whole=True)
    assert found.name, found
    assert page == found.name or page in found.same
    assert content.decode(found.codec) == TEXTS[language]


@pytest.mark.parametrize("language", ["Serbian (Latin)", "Romani"])
def test_latin_2_of_iso_is_told_from_that_of_windows(language):
    text = TEXTS[language].translate(str.maketrans("„“", '""'))
    found = judge(text.encode("iso-8859-2"), whole=True)
    assert (found.name, found.same) == ("ISO-8859-2", ())


@given(st.data())
def test_a_part_of_a_text_is_read_rightly_or_said_to_be_ambiguous(data):
    language, page = data.draw(st.sampled_from(CASES))
    words = TEXTS[language].split()
    start = data.draw(st.integers(0, len(words) - 12))
    text = " ".join(words[start : start + data.draw(st.integers(12, len(words)))])
    content = text.encode(PAGES[page])
    found = judge(content, whole=True)
    if text.isascii():
        assert found.name == "US-ASCII"
    elif found.name:
        assert content.decode(found.codec) == text
    else:
        assert page in found.candidates


@pytest.mark.parametrize("codec", UNICODE)
@pytest.mark.parametrize("language", TEXTS)
def test_unicode_is_told_with_and_without_a_mark(language, codec, tmp_path):
    text = TEXTS[language] + "\r\nlast\r\n"
    found = facts(tmp_path, "a.txt", text.encode(codec))
    expected = codec.upper().removesuffix("-SIG").replace("-LE", "LE").replace("-BE", "BE")
    little = {"UTF-16": "UTF-16LE", "UTF-32": "UTF-32LE"}
    assert found["encoding"] == little.get(expected, expected)
    marked = codec in ("utf-8-sig", "utf-16", "utf-32")
    assert (found["encoding told by"] == "byte order mark") is marked
    assert (found["line ends"], found["lines"], found["final line end"]) == ("CRLF", "2", "yes")
    assert "damage" not in found


def test_a_few_letters_that_several_pages_have_are_not_decided_between():
    # Octet F0 alone: đ in windows-1250, ğ in windows-1254, a Cyrillic letter in 1251, ...
    found = judge(b"ABC \xf0 12345\n", whole=True)
    assert found.name == ""
    assert len(found.candidates) > 2


@given(st.binary(max_size=400))
def test_any_octets_get_a_judgement_whose_codec_reads_them(content):
    found = judge(content, whole=True)
    if found is not None and found.name and not found.name.startswith("UTF"):
        content.decode(found.codec)


@given(st.text(min_size=1), st.sampled_from([*UNICODE[:2], "utf-16", "utf-32"]))
def test_every_text_in_unicode_with_its_mark_is_what_it_is(text, codec):
    assume(codec != "utf-16" or not text.startswith("\0"))  # FF FE 00 00 is the mark of UTF-32
    content = text.encode(codec, "replace")
    found = judge(content, whole=True)
    if codec != "utf-8":
        assert found.name.startswith(codec.removesuffix("-sig").upper())


@given(st.lists(st.sampled_from(["a", "", "\n", "\r", "\r\n", "ë"]), max_size=60))
def test_line_ends_are_counted_wherever_chunks_end(parts):
    text = "x" + "".join(parts)
    found = judge(text.encode(), whole=True)
    counted = text_facts._Counted(found)
    for octet in text.encode():
        counted.take(bytes([octet]))
    told = dict(counted.facts(whole_file=True))
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert int(told["lines"]) == lines.count("\n") + (not lines.endswith("\n"))
    assert told["final line end"] == ("yes" if lines.endswith("\n") else "no")
    rest = text.replace("\r\n", "")
    kinds = ("\r\n" in text) + ("\r" in rest) + ("\n" in rest)
    assert told["line ends"].startswith("mixed") is (kinds > 1)


def test_line_ends_and_control_characters(tmp_path):
    found = facts(tmp_path, "a.txt", b"one\r\ntwo\nthree\rfour\x1b[0m\x07\n" + b"x" * 400)
    assert found["line ends"] == "mixed: CR 1, CRLF 1, LF 2"
    assert found["final line end"] == "no"
    assert found["lines"] == "5"
    assert found["control characters"] == "07 1, 1B 1"


def test_what_is_empty_or_no_text_says_so(tmp_path):
    assert facts(tmp_path, "a.txt", b"") == {"text": "empty"}
    assert facts(tmp_path, "b.txt", bytes(range(256)) * 8) == {"text": "no"}
    assert facts(tmp_path, "c.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9) == {"text": "no"}


def test_a_text_that_is_cut_or_breaks_later_is_damaged(tmp_path):
    cut = facts(tmp_path, "a.txt", codecs.BOM_UTF8 + "në".encode()[:-1])
    assert cut["damage"] == "the last character is cut"
    late = facts(tmp_path, "b.txt", b"a" * 300_000 + b"\xeb\n")
    assert late["damage"] == "not valid US-ASCII at octet 300000"
    declared = b'<?xml version="1.0" encoding="UTF-8"?>\n<a>Vendim p\xebr shkoll\xebn</a>'
    assert "declares UTF-8" in facts(tmp_path, "c.xml", declared)["damage"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("emri;viti\nA;1965\nB;1971\n", ("semicolon", "none", "2", "likely")),
        ('a,b,c\n"x, y",2,3\n1,2,3\n', ("comma", '"', "3", "likely")),
        ("1\t2\n3\t4\n", ("tab", "none", "2", "unlikely")),
        (
            "a,b\n1,2\n1,2,3\n1,2\n",
            ("comma", "none", "inconsistent: 2 in 3, 3 in 1 rows", "likely"),
        ),
        ("emri|vendi\nA|B\nC|D\n", ("vertical bar", "none", "2", "possible")),
        ('a;b\n"first\nsecond";2\n', ("semicolon", '"', "2", "likely")),
    ],
)
def test_tables(tmp_path, content, expected):
    found = facts(tmp_path, "a.csv", content.encode())
    names = ("csv delimiter", "csv quote", "csv columns", "csv header")
    assert tuple(found[name] for name in names) == expected


def test_a_table_of_one_column_and_a_text_that_is_no_table(tmp_path):
    assert facts(tmp_path, "a.csv", b"a\nb\n")["csv delimiter"] == "none: one column"
    assert "csv delimiter" not in facts(tmp_path, "a.txt", b"a,b\n1,2\n")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_root_of_xml(tmp_path, codec):
    text = (
        f'<?xml version="1.0" encoding="{codec.removesuffix("-sig")}"?>\n<!-- <no> -->\n'
        '<m:mets xmlns:m="http://www.loc.gov/METS/" OBJID="a>b"><x/></m:mets>'
    )
    found = facts(tmp_path, "a.xml", text.encode(codec))
    assert (found["xml root"], found["xml namespace"]) == ("mets", "http://www.loc.gov/METS/")
    assert found["xml encoding declared"] == codec.removesuffix("-sig")


def test_a_document_type_is_told_and_none_of_it_followed(tmp_path):
    text = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "/etc/passwd">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml">&b;</html>'
    )
    found = facts(tmp_path, "a.xml", text.encode())
    assert (found["xml root"], found["xml document type"]) == ("html", "html")
    assert "passwd" not in str(found)


def test_xml_without_an_element_is_damaged(tmp_path):
    assert "no root" in facts(tmp_path, "a.xml", b'<?xml version="1.0"?>\n<')["damage"]
    assert "xml root" not in facts(tmp_path, "a.txt", b"<p>no xml</p>")


def test_a_declared_code_page_decides_between_those_that_fit(tmp_path):
    text = '<?xml version="1.0" encoding="windows-1251"?><a>\xf0</a>'
    found = facts(tmp_path, "a.xml", text.encode("latin-1"))
    assert (found["encoding"], found["encoding told by"]) == ("windows-1251", "XML declaration")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", b'<?xml version="1.0"?><!DOCTYPE ' + b"a" * 250_000),
        ("a.xml", b'<?xml version="1.0"?><!DOCTYPE a [' + b"] " * 120_000),
        ("a.xml", b'<?xml version="1.0"?><a' + b' b="c"' * 40_000),
        ("a.xml", b"<?xml" + b"<!--" * 60_000),
        ("a.csv", b"a;b\n" + b"1" * 100_000 + b"x;2\n"),
        ("a.csv", b"'" * 250_000),
        ("a.txt", TEXTS["Serbian (Cyrillic)"].encode("cp1251") * 800),
        ("a.txt", bytes(range(128, 256)) * 2000),
    ],
)
def test_no_text_takes_a_second(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    start = time.process_time()
    facts_of(str(path))
    assert time.process_time() - start < 1


def test_it_takes_texts_and_what_nobody_knows():
    tool = Text()
    assert tool.handles(Format(None, "unknown"))
    assert tool.handles(Format(Puid("x-fmt/111"), "Plain Text File", "", "text/plain"))
    assert tool.handles(Format(Puid("fmt/91"), "SVG", "1.0", "image/svg+xml"))
    assert not tool.handles(Format(Puid("fmt/276"), "PDF", "1.7", "application/pdf"))


def test_the_tool_answers_for_each_file_in_order(tmp_path):
    one, gone, odd = tmp_path / "1.txt", tmp_path / "2.txt", os.fsencode(tmp_path) + b"/\xff\n.txt"
    one.write_text("Vendim\n")
    with open(odd, "wb") as file:
        file.write(b"\xfd\xfe\xff")
    with Text() as tool:
        assert tool.agent.version
        found = list(tool.characterize([os.fsencode(one), os.fsencode(gone), odd]))
    assert dict(found[0].facts)["line ends"] == "LF"
    assert found[1] == "Arkiv text: the file cannot be read: No such file or directory"
    assert dict(found[2].facts)["lines"] == "1"
