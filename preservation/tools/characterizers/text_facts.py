"""Facts of a text that need no language: line ends, control characters, CSV, the head of XML."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from preservation.tools.characterizers.text_encodings import CONTROLS, SAMPLE, Judgement, judge

Facts = list[tuple[str, str]]

_CHUNK = 1 << 20
_TABLES = ("csv", "tsv", "tab")
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", ":": "colon"}
_XML = ("xml", "xsd", "xsl", "xslt", "svg", "rdf", "gml", "kml", "xhtml", "ead", "mets")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->)", re.S)
# Possessive, so that a hostile head costs one look and not one for each way to part it.
_DOCTYPE = re.compile(r"\s*+<!DOCTYPE\s++([^\s\[>]{1,200}+)[^\[>]*+(?:\[.*?\]\s*+)?>", re.S)
_ROOT = re.compile(
    r"""\s*<([^\W\d][\w:.\-]{0,200})((?:\s+[\w:.\-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*/?>"""
)
_NAMESPACE = re.compile(r"""\sxmlns(?::([\w.\-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DECLARED = re.compile(r"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})""")
_CELL = 60
_NUMBER = re.compile(r"[-+]?[\d.,:/\- %€]*\d[\d.,:/\- %€]*")


def facts_of(path: str) -> Facts:
    """What is told of one file; `text` `no` when it is none. Raises OSError."""
    with open(path, "rb") as file:
        sample = file.read(SAMPLE)
        whole = len(sample) < SAMPLE
        if not sample:
            return [("text", "empty")]
        found = judge(sample, whole=whole)
        if found is None:
            return [("text", "no")]
        file.seek(0)
        counted = _Counted(found)
        while chunk := file.read(_CHUNK):
            counted.take(chunk)
    head = _head(sample, found)
    extension = path.rpartition(".")[2].lower()
    facts = [*_encoding(found, head, counted), *counted.facts(whole_file=True)]
    if extension in _TABLES:
        facts += _table(head, cut=not whole)
    return facts + _xml(head, extension, found)


def _head(sample: bytes, found: Judgement) -> str:
    text = codecs.getincrementaldecoder(found.codec or "latin-1")("replace").decode(sample)
    return text.removeprefix("\ufeff")


def _encoding(found: Judgement, head: str, counted: "_Counted") -> Facts:
    declared = _DECLARED.match(head)
    told = declared[1] if declared else ""
    if not found.name and told and told.lower() in map(str.lower, found.candidates):
        return [("encoding", told), ("encoding told by", "XML declaration")]
    facts = [("encoding", found.name or "ambiguous"), ("encoding told by", found.basis)]
    if found.candidates:
        facts.append(("encoding candidates", ", ".join(found.candidates)))
    if found.same:
        facts.append(("encoding reads the same as", ", ".join(found.same)))
    if counted.wrong:
        facts.append(("damage", f"not valid {found.name} at octet {counted.wrong - 1}"))
    return facts


class _Counted:
    """Counts over all of a text, chunk after chunk."""

    def __init__(self, found: Judgement) -> None:
        self._decoder = codecs.getincrementaldecoder(found.codec or "latin-1")("strict")
        self._wide = found.codec.lower().startswith(("utf-16", "utf-32"))
        self._checked = found.codec.startswith("utf") or found.codec == "ascii" or self._wide
        self._ends: Counter[str] = Counter()
        self._controls: Counter[int] = Counter()
        self._last = b""
        self._octets = 0
        self.wrong = 0

    def take(self, chunk: bytes) -> None:
        """Count what is in the next octets."""
        if self._checked and not self.wrong:
            try:
                text = self._decoder.decode(chunk)
            except UnicodeDecodeError as error:
                self.wrong = self._octets + error.start + 1
                text = ""
            if self._wide:
                self._count(text.encode("utf-8", "replace"))
        if not self._wide:
            self._count(chunk)
        self._octets += len(chunk)

    def _count(self, octets: bytes) -> None:
        if not octets:
            return
        split = self._last == b"\r" and octets[:1] == b"\n"
        both = octets.count(b"\r\n")
        self._ends["CRLF"] += both + split
        self._ends["CR"] += octets.count(b"\r") - both - split
        self._ends["LF"] += octets.count(b"\n") - both - split
        if len(octets.translate(None, CONTROLS)) != len(octets):
            for code in CONTROLS:
                self._controls[code] += octets.count(code)
        self._last = octets[-1:]

    def facts(self, *, whole_file: bool) -> Facts:
        """Line ends, lines, whether the last is ended, control characters."""
        if whole_file and self._checked and not self.wrong:
            try:
                self._decoder.decode(b"", True)
            except UnicodeDecodeError:
                self.wrong = self._octets + 1
        kinds = {kind: count for kind, count in self._ends.items() if count}
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        ended = self._last in (b"\n", b"\r")
        lines = sum(kinds.values()) + (not ended)
        facts = [
            ("line ends", f"mixed: {told}" if len(kinds) > 1 else next(iter(kinds), "none")),
            ("lines", str(lines)),
            ("final line end", "yes" if ended else "no"),
        ]
        controls = {code: count for code, count in self._controls.items() if count}
        if controls:
            listed = ", ".join(f"{code:02X} {count}" for code, count in sorted(controls.items()))
            facts.append(("control characters", listed))
        if self.wrong == self._octets + 1:
            facts.append(("damage", "the last character is cut"))
        return facts


def _table(head: str, *, cut: bool) -> Facts:
    """Delimiter, quote, columns and header of comma-separated values."""
    shapes = [(mark, rows) for mark in _DELIMITERS if (rows := _rows(head, mark, cut=cut))]
    if not shapes:
        return [("csv delimiter", "not told: no rows")]
    mark, rows = max(shapes, key=lambda it: _regularity(it[1]))
    widths = Counter(map(len, rows))
    columns, _ = widths.most_common(1)[0]
    if columns == 1 and len(widths) == 1:
        return [("csv delimiter", "none: one column"), ("csv columns", "1")]
    listed = ", ".join(f"{w} in {n}" for w, n in sorted(widths.items(), key=lambda it: -it[1])[:4])
    quoted = re.search(rf'(?:^|[{re.escape(mark)}\n])"', head)
    single = re.search(rf"(?:^|[{re.escape(mark)}\n])'[^'\n]*'(?=[{re.escape(mark)}\r\n])", head)
    return [
        ("csv delimiter", _DELIMITERS[mark]),
        ("csv quote", '"' if quoted else "'" if single else "none"),
        ("csv columns", str(columns) if len(widths) == 1 else f"inconsistent: {listed} rows"),
        ("csv header", _header(rows)),
    ]


def _rows(head: str, mark: str, *, cut: bool) -> list[list[str]]:
    try:
        rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if row]
    except csv.Error:
        return []
    return rows[:-1] if cut else rows


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[bool, float, int]:
    """Sorts by whether there are columns at all, how many rows agree, how many columns."""
    columns, count = Counter(map(len, rows)).most_common(1)[0]
    return columns > 1, round(count / len(rows), 2), columns


def _header(rows: Sequence[Sequence[str]]) -> str:
    first, rest = rows[0], rows[1:]
    names = [cell.strip() for cell in first]
    plain = all(names) and len(set(names)) == len(names)
    numbers = any(map(_number, names))
    if not rest or not plain or numbers:
        return "unlikely" if rest else "not told: one row"
    differs = any(_number(cell.strip()) for row in rest[:50] for cell in row)
    return "likely" if differs else "possible"


def _number(cell: str) -> bool:
    """Whether a cell is a number, a date or the like."""
    return len(cell) <= _CELL and _NUMBER.fullmatch(cell) is not None


def _xml(head: str, extension: str, found: Judgement) -> Facts:
    """The root element and its namespace, read without a parser: no entity, no network."""
    declared = head.lstrip().startswith("<?xml")
    if not declared and not (head.lstrip().startswith("<") and extension in _XML):
        return []
    facts, place = list(_declaration(head, found)), 0
    while part := _PROLOG.match(head, place):
        place = part.end()
    doctype = _DOCTYPE.match(head, place)
    if doctype:
        facts.append(("xml document type", doctype[1]))
        place = doctype.end()
        while part := _PROLOG.match(head, place):
            place = part.end()
    root = _ROOT.match(head, place)
    if root is None:
        return [*facts, ("damage", "no root element of XML at its beginning")]
    prefix, _, name = root[1].rpartition(":")
    spaces = {m[1] or "": m[2] or m[3] or "" for m in _NAMESPACE.finditer(root[2])}
    facts.append(("xml root", name))
    if spaces.get(prefix):
        facts.append(("xml namespace", spaces[prefix]))
    return facts


def _declaration(head: str, found: Judgement) -> Iterator[tuple[str, str]]:
    told = _DECLARED.match(head)
    if told is None:
        return
    yield "xml encoding declared", told[1]
    # A declared code page is believed where it may be; UTF-8 shows whether it is.
    unicode = found.name.startswith("UTF-")
    if told[1].upper() == "UTF-8" and found.name not in ("UTF-8", "US-ASCII"):
        yield "damage", f"declares UTF-8 and is {found.name or 'not'}"
    elif unicode and not told[1].upper().startswith("UTF"):
        yield "damage", f"declares {told[1]} and is {found.name}"
