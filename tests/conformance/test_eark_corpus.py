"""The E-ARK test corpus, the examples, and the list of rules: what the judge says of each.

A reference of the corpus names a requirement, a package, and whether that package keeps it. The
judge agrees when the requirement's own code is an error or a warning of a package that does not,
and is neither of one that does.
"""

import csv
import hashlib
import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

import preservation.standards.eark
from preservation.assembly.sources import FolderSource
from preservation.model.fixity import Claim, Digest
from preservation.model.packages import SipKind
from preservation.model.report import Level, Remark
from preservation.rules import level, rules
from preservation.stages.receive import eark, kinds, read
from preservation.standards.eark import table
from preservation.standards.eark.unchecked import UNCHECKED

LINE_ENDS = "the file behind the link lost its line ends CR LF in the corpus: not what METS says"
MAY = "what may be left out is left out; that is no fault, so nothing is said"
DISPUTED = {
    ("CSIP41", "valid_IP_with_SHOULD_MAY_1_rep"): LINE_ENDS,
    ("CSIP43", "valid_IP_with_SHOULD_MAY_1_rep"): LINE_ENDS,
    ("CSIP56", "valid_IP_with_SHOULD_MAY_1_rep"): LINE_ENDS,
    ("CSIP61", "fileGrp_ADMID_incorrect_ref2"): (
        "the wrong pointer stands in the metadata division, not in the file group: CSIP91 says so"
    ),
    ("SIP5", "altRecordID_SUBMISSIONAGREEMENT_not_exist"): MAY,
    ("SIP6", "altRecordID_PREVIOUSSUBMISSIONAGREEMENT_not_exist"): MAY,
    ("SIP7", "altRecordID_REFERENCECODE_not_exist"): MAY,
    ("SIP32", "FILEFORMATNAME_not_exist"): MAY,
    ("SIP34", "FILEFORMATREGISTRY_not_exist"): MAY,
}

BEHIND_THE_LINKS = {
    "CSIP27",
    "CSIP29",
    "CSIP41",
    "CSIP43",
    "CSIP54",
    "CSIP56",
    "CSIP69",
    "CSIP71",
    "CSIP79",
}
"""No package of the corpus has the files of which its METS speaks: their line ends were changed,
and `METS.xsd` lies there as `mets.xsd`."""


@dataclass(frozen=True)
class Reference:
    """One line of a test case: does this package keep this requirement?"""

    requirement: str
    package: Path
    valid: bool


def _references(corpus):
    for place in sorted(corpus.rglob("testCase.xml")):
        case = etree.parse(place)
        requirement = case.find("id").get("requirementId")
        for package in case.iterfind("rules/rule/corpusPackages/package"):
            path = (package.findtext("path") or "").strip()
            if path and (place.parent / path).is_dir():
                valid = package.get("isValid") == "TRUE"
                yield Reference(requirement, place.parent / path, valid)


@pytest.fixture(scope="session")
def corpus(shared, tmp_path_factory):
    """The corpus, unpacked once."""
    folder = tmp_path_factory.mktemp("eark-corpus")
    with tarfile.open(shared / "corpora" / "eark-ip-test-corpus.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder


def judged(package: Path, *, as_eark: bool = True) -> list[Remark]:
    """All remarks on a package, those of altered files with them."""
    source = FolderSource(package)
    reading = eark.read(source, kinds.eark_root(source) or b"") if as_eark else read(source)
    remarks = list(reading.remarks)
    for path, claims in reading.claims.items():
        content = source.content(path)
        remarks += [Remark(c.code, c.where) for c in claims if c.digest != digest(content, c)]
    return remarks


def digest(content: bytes, claim: Claim) -> Digest:
    algorithm = claim.digest.algorithm
    return Digest(algorithm, hashlib.new(algorithm.value, content).hexdigest())


def grave(remarks) -> set[str]:
    return {remark.code for remark in remarks if level(remark) is not Level.INFO}


@pytest.mark.slow
def test_the_judge_agrees_with_the_corpus(corpus):
    references = list(_references(corpus))
    found = {package: judged(package) for package in {r.package for r in references}}
    apart = [r for r in references if (r.requirement in grave(found[r.package])) == r.valid]
    broken = {
        package: {it.code for it in remarks if level(it) is Level.ERROR}
        for package, remarks in found.items()
    }
    valid = [r for r in references if r.valid]
    whole = [r for r in valid if not broken[r.package]]
    unaltered = [r for r in valid if broken[r.package] <= BEHIND_THE_LINKS]
    assert whole == []
    assert len(references) == 277
    assert {(r.requirement, r.package.name) for r in apart} == set(DISPUTED)
    assert len(apart) <= 0.05 * len(references)
    assert len(unaltered) >= 90


def test_every_rule_of_the_list_has_a_check_or_a_reason_and_its_words(shared):
    with (shared / "standards" / "eark_requirements.tsv").open(encoding="utf-8") as rows:
        listed = {
            row["id"]: row["level"]
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    tables = (*table.CSIP, *table.SIP, *table.AIP, *table.DIP)
    checked = {check.code for check in tables}
    folder = Path(preservation.standards.eark.__path__[0])
    for module in folder.glob("*.py"):
        if module.stem not in ("table", "unchecked"):
            code = module.read_text("utf-8")
            checked |= set(re.findall(r'"((?:CSIP|CSIPSTR|SIP|AIP|AIPM|DIP)\d+)"', code))
    checked |= {f"CSIP{first + n}" for first in table.SECTIONS.values() for n in range(9)}
    assert set(listed) - checked - set(UNCHECKED) == set()
    assert set(UNCHECKED) <= set(listed)
    grades = {"MUST": "error", "SHOULD": "warning", "MAY": "info"}
    assert {code: rules()[code].level for code in listed} == {
        code: grades[grade] for code, grade in listed.items()
    }


def _unpacked(packed: Path, folder: Path) -> Path:
    if packed.suffix == ".zip":
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)
    else:
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
    return folder


ALTERED = "CSIP69 CSIP71"
"""The files behind the links are not those of which METS speaks."""
MINIMAL = f"{ALTERED} CSIP100 CSIP114"
"""Of the minimal package: its schemas are pointed to by no fptr, its content is in no group."""

EXAMPLES = {
    "CSIP/minimal_IP_with_schemas.zip": MINIMAL,
    "CSIP/minimal_IP_invmets.zip": f"CSIP14 {MINIMAL}",
    "CSIP/minimal_IP_noflscid.zip": f"CSIP59 {MINIMAL}",
    "CSIP/minimal_IP_nomtshdr.zip": f"CSIP59 CSIP117 {MINIMAL}",
    "CSIP/minimal_IP_nopcktyp.zip": f"CSIP9 SIP4 {MINIMAL}",
    "CSIP/minimal_IP_nocrtdt.zip": f"CSIP7 {MINIMAL}",
    "eark-validator-tests/ips/minimal/minimal_IP_with_schemas.tar.gz": MINIMAL,
    # Made for drafts before 2.0: other profiles, labels in lower case, no package type.
    "SIP/a46ab3d0-c710-4d73-b58d-e93e30b53a82.zip": (
        "CSIP1 CSIP2 CSIP4 CSIP6 CSIP9 CSIP10 CSIP16 CSIP19 CSIP27 CSIP64 CSIP66 CSIP69 CSIP80 "
        "CSIP81 CSIP82 CSIP88 CSIP90 CSIP95 CSIP99 CSIP103 EARK-POINTER SIP2 SIP4"
    ),
    "DIP/SIARD/SIARD2.0/AVID.SA.Northwind.DIP.zip": (
        "CSIP2 CSIP4 CSIP9 CSIP16 CSIP27 CSIP38 CSIP41 CSIP43 CSIP59 CSIP64 CSIP68 CSIP69 CSIP71 "
        "CSIP80 CSIP81 CSIP82 CSIP83 CSIP85 CSIP88 CSIP90 CSIP95 CSIP99 CSIP103 CSIP106 CSIP107 "
        "CSIP108 CSIP111 CSIP113 CSIP114 EARK-POINTER SIP2 SIP4"
    ),
}


@pytest.mark.parametrize(("name", "broken"), EXAMPLES.items())
def test_an_example_is_accepted_or_its_broken_rules_are_shown(name, broken, shared, tmp_path):
    package = _unpacked(shared / "corpora" / "eark-examples" / name, tmp_path / "package")
    remarks = judged(package)
    errors = {remark.code for remark in remarks if level(remark) is Level.ERROR}
    assert errors == set(broken.split())


@pytest.mark.parametrize(
    "name",
    ["no_mets", "no_md", "no_desc", "no_pres", "no_reps", "no_repmd", "no_docs", "no_schemas"],
)
def test_a_missing_folder_is_shown_by_its_rule(name, shared, tmp_path):
    codes = {
        "no_mets": "CSIPSTR4",
        "no_md": "CSIPSTR5",
        "no_desc": "CSIPSTR7",
        "no_pres": "CSIPSTR6",
        "no_reps": "CSIPSTR9",
        "no_repmd": "CSIPSTR13",
        "no_docs": "CSIPSTR16",
        "no_schemas": "CSIPSTR15",
    }
    cases = shared / "corpora" / "eark-examples" / "eark-validator-tests" / "ips" / "struct"
    package = _unpacked(cases / f"{name}.tar.gz", tmp_path / "package")
    inner = [place for place in package.iterdir() if place.is_dir()]
    remarks = judged(inner[0] if len(inner) == 1 else package)
    assert codes[name] in {remark.code for remark in remarks}


def test_a_package_of_the_corpus_is_received_as_what_it_is(corpus):
    place = corpus / "eark-ip-test-corpus/corpus/SIP/SIP4/valid"
    source = FolderSource(place / "minimal_SIP_plus_mets_SHOULD_MAY_items")
    reading = read(source)
    assert reading.kind is SipKind.EARK_SIP
    assert set(reading.payload.values()) == {
        b"rep1/data/43805112643_Mary_Solberg.hdat",
        b"rep1/data/archival_record_xyz123_Estonian_UAM_arh.xml",
    }
    assert reading.histories
    assert [claim.code for claim in reading.claims[b"documentation/Doc1.txt"]] == ["CSIP71"]
