"""Is a bag complete, by RFC 8493? All that is wrong at once; of the payload nothing is read."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from preservation.model.fixity import Algorithm, Claim
from preservation.model.names import written
from preservation.model.report import Counted, Remark
from preservation.standards.bagit import fetch, manifests, paths, tags

DECLARATION = b"bagit.txt"
PAYLOAD = b"data/"
INFORMATION = (b"bag-info.txt", b"package-info.txt")
PROFILE = "bagit-profile-identifier"
Open = Callable[[bytes], BinaryIO]


@dataclass(frozen=True, slots=True)
class Bag:
    """What a bag says of itself, and what the rules say of it.

    `claims` are the digests of every manifest by the path of the file that they are of.
    """

    declaration: tags.Declaration
    tags: tags.Tags
    claims: Mapping[bytes, tuple[Claim, ...]]
    algorithms: tuple[str, ...]
    tag_algorithms: tuple[str, ...]
    fetched: Collection[bytes]
    remarks: tuple[Remark, ...]

    @property
    def profiles(self) -> tuple[str, ...]:
        """The BagIt profiles that `bag-info.txt` names, each once."""
        named = (value for label, value in self.tags if label.casefold() == PROFILE and value)
        return tuple(dict.fromkeys(named))


def is_bag(sizes: Mapping[bytes, int]) -> bool:
    """Whether a package is meant to be a bag: by `bagit.txt`, or by a manifest beside `data/`."""
    tops = {path for path in sizes if b"/" not in path}
    named = [name for name in map(manifests.name, tops) if name and not name.of_tags]
    return DECLARATION in tops or (bool(named) and any(path.startswith(PAYLOAD) for path in sizes))


def judge(
    open_file: Open,
    sizes: Mapping[bytes, int],
    *,
    folders: Collection[bytes] = (),
    hosts: Collection[str] = (),
) -> Bag:
    """Judge a bag by the octets of its files and by its tag files, which `open_file` opens.

    `folders` are the empty ones; `hosts` those from which an agreement lets files be fetched.
    """
    return _Judging(open_file, sizes, frozenset(folders), frozenset(hosts)).bag()


class _Judging:
    """One bag under judgement."""

    def __init__(
        self,
        open_file: Open,
        sizes: Mapping[bytes, int],
        folders: Collection[bytes],
        hosts: frozenset[str],
    ) -> None:
        self._open, self._sizes, self._folders, self._hosts = open_file, sizes, folders, hosts
        self._remarks = Counted()
        self._payload = {path for path in sizes if path.startswith(PAYLOAD)}
        self._claims: dict[bytes, tuple[Claim, ...]] = {}
        self._held: dict[bytes, set[bytes]] = {}
        self._absent: set[bytes] = set()

    def bag(self) -> Bag:
        self._told = self._declaration()
        self._fetch = self._fetched()
        found = [self._read(named) for named in self._names()]
        self._structure(found)
        for manifest in found:
            self._remarks += manifest.remarks
            self._hold(manifest)
        self._unlisted(found)
        labels = self._labels()
        self._remarks += self._odd_names()
        kinds = [{m.name.algorithm for m in found if m.name.of_tags is of} for of in (False, True)]
        return Bag(
            self._told,
            labels,
            self._claims,
            tuple(sorted(kinds[0])),
            tuple(sorted(kinds[1])),
            tuple(self._fetch.paths),
            self._remarks.all(),
        )

    def _declaration(self) -> tags.Declaration:
        if DECLARATION not in self._sizes:
            self._remarks.append(Remark("RFC8493-2.1.1-MISSING"))
            return tags.Declaration()
        with self._open(DECLARATION) as stream:
            told, remarks = tags.declaration(stream)
        self._remarks += remarks
        return told

    def _fetched(self) -> fetch.Fetch:
        if fetch.NAME not in self._sizes:
            return fetch.Fetch()
        with self._open(fetch.NAME) as stream:
            found = fetch.read(stream, self._told, self._hosts, self._sizes)
        self._remarks += found.remarks
        for path, number in found.paths.items():
            if not self._sizes.keys() & set(self._forms(path)):
                where = f"{written(path)} (fetch.txt, line {number})"
                self._remarks.append(Remark("RFC8493-2.2.3-ABSENT", where))
        return found

    def _names(self) -> Iterator[manifests.Name]:
        tops = sorted(path for path in self._sizes if b"/" not in path)
        for named in filter(None, map(manifests.name, tops)):
            where = written(named.file)
            if named.algorithm not in set(Algorithm):
                self._remarks.append(Remark("RFC8493-2.4", where, named.algorithm))
                continue
            if not named.plain:
                self._remarks.append(Remark("RFC8493-2.4-NAME", where))
            yield named

    def _read(self, named: manifests.Name) -> manifests.Manifest:
        with self._open(named.file) as stream:
            return manifests.read(stream, named, self._told, self._sizes)

    def _structure(self, found: list[manifests.Manifest]) -> None:
        """What must be there at all (section 2.1), and what should be."""
        if not self._payload and PAYLOAD[:-1] not in self._folders:
            self._remarks.append(Remark("RFC8493-2.1.2"))
        if (
            not any(not it.name.of_tags for it in found)
            and "RFC8493-2.4" not in self._remarks.codes
        ):
            self._remarks.append(Remark("RFC8493-2.1.3"))
        of_tags = [it for it in found if it.name.of_tags]
        if not of_tags:
            self._remarks.append(Remark("RFC8493-2.2.1-NONE"))
        listed = [frozenset(it.entries) for it in of_tags]
        if len(set(listed)) > 1:
            names = ", ".join(written(it.name.file) for it in of_tags)
            self._remarks.append(Remark("RFC8493-2.2.1-DIFFER", names))
        manifest_names = {it.name.file for it in found if not it.name.of_tags}
        for missing in sorted(manifest_names - frozenset().union(*listed)) if listed else ():
            self._remarks.append(Remark("RFC8493-2.2.1-UNLISTED", written(missing)))

    def _hold(self, manifest: manifests.Manifest) -> None:
        """Hold the entries of a manifest against the files that are there."""
        of_tags, where = manifest.name.of_tags, written(manifest.name.file)
        code = "RFC8493-2.2.1-DIGEST" if of_tags else "RFC8493-3-DIGEST"
        claims, sure = self._claims, frozenset() if of_tags else self._payload
        held = self._held[manifest.name.file] = set()
        for listed, digest in manifest.entries.items():
            path = listed
            if listed not in sure or b"%" in listed:
                place = self._place(listed, where)
                if place is None:
                    self._missing(listed, manifest)
                    continue
                path = place
                self._wrong_list(path, manifest)
            claim = Claim(digest, where, code)
            claims[path] = (*claims[path], claim) if path in claims else (claim,)
            held.add(path)

    def _place(self, listed: bytes, where: str) -> bytes | None:
        """The file that a manifest means: 1.0 encodes LF, CR and `%`; before, nothing need be."""
        first, second = self._forms(listed)
        if first in self._sizes:
            if b"%" in listed and self._told.version >= (1, 0) and not paths.is_encoded(listed):
                self._remarks.append(Remark("RFC8493-2.1.3-ENCODED", written(listed), "", where))
            return first
        if second in self._sizes:
            self._remarks.append(Remark("RFC8493-2.1.3-ENCODED", written(listed), "", where))
            return second
        twin = self._by_normal_form.get(paths.normalized(first))
        if twin is not None:
            self._remarks.append(Remark("RFC8493-6-NORMALIZATION", written(listed), written(twin)))
        return twin

    def _forms(self, listed: bytes) -> tuple[bytes, bytes]:
        """A path as this version writes it, and as the others do."""
        plain = paths.decoded(listed) if b"%" in listed else listed
        return (plain, listed) if self._told.version >= (1, 0) else (listed, plain)

    @cached_property
    def _by_normal_form(self) -> Mapping[str, bytes]:
        return {paths.normalized(path): path for path in self._sizes}

    @cached_property
    def _by_folded_form(self) -> Mapping[str, bytes]:
        return {paths.folded(path): path for path in self._sizes}

    def _missing(self, listed: bytes, manifest: manifests.Manifest) -> None:
        """A listed file that is not there; one that a system folds or makes is no loss."""
        if listed in self._fetch.paths:
            return
        name, entries = written(manifest.name.file), manifest.entries
        twin = self._by_folded_form.get(paths.folded(listed))
        if twin is not None and entries.get(twin) == entries[listed]:
            self._absent.add(listed)
            self._remarks.append(Remark("RFC8493-6-CASE", written(listed), written(twin)))
        elif paths.is_system_file(listed):
            self._absent.add(listed)
            self._remarks.append(Remark("RFC8493-6-SYSTEM-FILE", written(listed), "not there"))
        elif b"\\" in listed and listed.replace(b"\\", b"/") in self._sizes:
            self._remarks.append(Remark("RFC8493-2.1.3-BACKSLASH", name, written(listed)))
        else:
            self._remarks.append(Remark("RFC8493-3-MISSING", written(listed), "", f"by {name}"))

    def _wrong_list(self, path: bytes, manifest: manifests.Manifest) -> None:
        """A path in a manifest that is not for it (sections 2.1.3 and 2.2.1)."""
        is_payload, where = path.startswith(PAYLOAD), written(manifest.name.file)
        named = manifests.name(path)
        if not manifest.name.of_tags and not is_payload:
            code = "TAGS" if self._told.version >= (1, 0) else "TAGS-BEFORE"
            self._remarks.append(Remark(f"RFC8493-2.1.3-{code}", where, written(path)))
        elif manifest.name.of_tags and is_payload:
            self._remarks.append(Remark("RFC8493-2.2.1-PAYLOAD", where, written(path)))
        elif manifest.name.of_tags and named and named.of_tags:
            self._remarks.append(Remark("RFC8493-2.2.1-TAGMANIFEST", where, written(path)))

    def _unlisted(self, found: list[manifests.Manifest]) -> None:
        """Every payload file is listed in every payload manifest (sections 2.1.3 and 3)."""
        for manifest in found:
            if manifest.name.of_tags:
                continue
            where = written(manifest.name.file)
            for path in sorted(self._payload - self._held[manifest.name.file]):
                self._remarks.append(Remark("RFC8493-3-UNLISTED", written(path), "", f"in {where}"))

    def _labels(self) -> tags.Tags:
        name = next((n for n in INFORMATION if n in self._sizes), None)
        if name is None:
            return ()
        with self._open(name) as stream:
            labels, remarks = tags.labels(stream, written(name), self._told)
        self._remarks += remarks
        promised, odd = tags.oxum(labels)
        octets, files = sum(self._sizes[path] for path in self._payload), len(self._payload)
        if odd:
            self._remarks.append(Remark("RFC8493-2.2.2-OXUM-FORM", written(name), odd))
        elif promised and promised != (octets, files):
            absent = sum(1 for path in self._absent if paths.is_system_file(path))
            if promised[1] != files + absent or promised[0] < octets or not absent:
                found = f"{octets} octets in {files} files"
                expected = f"{promised[0]} octets in {promised[1]} files"
                self._remarks.append(Remark("RFC8493-2.2.2-OXUM", written(name), found, expected))
        return labels

    def _odd_names(self) -> Iterator[Remark]:
        """Names that another system folds into one, makes by itself, or cannot hold (section 6)."""
        if paths.are_harmless(self._payload):
            return
        seen: dict[str, bytes] = {}
        for path in sorted(self._payload):
            if not path.isascii() or not path.islower():
                other = seen.setdefault(paths.folded(path), path)
            else:
                other = seen.setdefault(path.decode("ascii"), path)
            if other != path:
                yield Remark("RFC8493-6-CASE", written(path), written(other))
            if paths.is_system_file(path):
                yield Remark("RFC8493-6-SYSTEM-FILE", written(path), "in the payload")
            unfit = paths.unfit_for_windows(path)
            if unfit:
                yield Remark("RFC8493-6-WINDOWS", written(path), unfit)
