"""The tools of an archive: started when a package first needs them, kept for the next one."""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import uuid4

from preservation.assembly.scratch import claimed, discard
from preservation.assembly.signatures import installed_signatures
from preservation.errors import Misconfigured, ToolFailed
from preservation.model.packages import Identified, Verified
from preservation.model.premis import Agent
from preservation.ports import Characterizer, Identifier, Progress, Scanner, Validator
from preservation.recording import Stage
from preservation.settings.file import MalwareSettings, ToolSettings
from preservation.settings.place import FILE
from preservation.stages.identify import identify


class Tool(Protocol):
    """What every tool has: a process that can be ended, and begins again when it is needed."""

    def close(self) -> None:
        """End the process."""
        ...


T = TypeVar("T", bound=Tool)
U = TypeVar("U")


class Toolbox:
    """Identifiers and characterizers as the settings name them; each is one process at most."""

    def __init__(
        self,
        told: ToolSettings,
        scratch: Path,
        *,
        archive: Path | None = None,
        schemas: Path | None = None,
    ) -> None:
        """Start nothing yet; tools may write below `scratch`.

        `archive` is the folder of the archive whose own signatures fido then goes by, `schemas`
        that of its XML Schemas.
        """
        self._schemas = schemas
        self._archive = archive
        self._told = told
        self._scratch = scratch
        self._open = ExitStack()
        weakref.finalize(self, self._open.close)  # also when nobody closes it, and at the end
        self._begun: list[Tool] = []

    def close(self) -> None:
        """End all processes, and remove what they wrote."""
        self._open.close()

    def rest(self) -> None:
        """End the processes for now; each starts again when it is asked for."""
        for tool in self._begun:
            tool.close()

    def in_turn(self, tools: Sequence[U], *, thrifty: bool) -> Iterator[U]:
        """Each tool when its turn comes; if memory is wanted more than time, only one at a time."""
        for tool in tools:
            yield tool
            if thrifty:
                self.rest()

    @cached_property
    def identifiers(self) -> tuple[Identifier | None, Identifier | None]:
        """The first and the second; None where the settings name none."""
        from preservation.tools.fido import Fido  # noqa: PLC0415  only an ingest needs them
        from preservation.tools.siegfried import Siegfried  # noqa: PLC0415

        patience = self._told.patience
        installed = installed_signatures(self._archive)
        signatures = installed.folder if installed else None
        make: Mapping[str, Callable[[], Siegfried | Fido]] = {
            "siegfried": lambda: Siegfried(self._folder, patience=patience),
            "fido": partial(Fido, signatures=signatures, patience=patience),
        }
        _require_known(self._told.identifiers, make)
        found: list[Identifier | None] = [
            self._begin(make[name]()) for name in self._told.identifiers
        ]
        first, second = (*found, None, None)[:2]
        return first, second

    def identify(self, verified: Verified, *, progress: Progress) -> Stage[Identified]:
        """The stage `identify` with the identifiers, and the second asked as the settings say."""
        first, second = self.identifiers
        always = self._told.second_opinion == "always"
        return identify(verified, first=first, second=second, progress=progress, always=always)

    @cached_property
    def agents(self) -> Mapping[str, Agent]:
        """The identifiers by their names, with version and releases; without those that fail."""
        found = {}
        for tool in self.identifiers:
            try:
                if tool is not None:
                    found[tool.agent.name] = tool.agent
            except ToolFailed:
                continue
        return found

    @cached_property
    def characterizers(self) -> Sequence[Characterizer]:
        """In the order of the settings."""
        from preservation.tools.characterizers.archives import Archives  # noqa: PLC0415
        from preservation.tools.characterizers.exiftool import ExifTool  # noqa: PLC0415
        from preservation.tools.characterizers.extraction import Extractor  # noqa: PLC0415
        from preservation.tools.characterizers.image import Image  # noqa: PLC0415
        from preservation.tools.characterizers.mail import Mail  # noqa: PLC0415
        from preservation.tools.characterizers.media import Media  # noqa: PLC0415
        from preservation.tools.characterizers.office import Office  # noqa: PLC0415
        from preservation.tools.characterizers.pdf import Pdf  # noqa: PLC0415
        from preservation.tools.characterizers.siard import Siard  # noqa: PLC0415
        from preservation.tools.characterizers.text import Text  # noqa: PLC0415
        from preservation.tools.characterizers.warc import Warc  # noqa: PLC0415

        patience = self._told.patience
        make: Mapping[str, Callable[[], Extractor]] = {
            "pdf": partial(Pdf, patience=patience),
            "image": partial(Image, patience=patience),
            "text": partial(Text, patience=patience),
            "office": partial(Office, patience=patience),
            "archives": partial(Archives, patience=patience),
            "mail": partial(Mail, patience=patience),
            "siard": partial(Siard, patience=patience),
            "warc": partial(Warc, patience=patience),
            "media": partial(Media, patience=patience),
            "exiftool": partial(ExifTool, patience=patience),
        }
        _require_known(self._told.characterizers, make)
        return [self._begin(make[name]()) for name in self._told.characterizers]

    @cached_property
    def validators(self) -> Sequence[Validator]:
        """In the order of the settings."""
        from preservation.tools.validators.image import Image  # noqa: PLC0415
        from preservation.tools.validators.jhove import Jhove  # noqa: PLC0415
        from preservation.tools.validators.jp2 import Jp2  # noqa: PLC0415
        from preservation.tools.validators.judge import Judge  # noqa: PLC0415
        from preservation.tools.validators.media import Media  # noqa: PLC0415
        from preservation.tools.validators.mediaconch import MediaConch  # noqa: PLC0415
        from preservation.tools.validators.pdf import Pdf  # noqa: PLC0415
        from preservation.tools.validators.png import Png  # noqa: PLC0415
        from preservation.tools.validators.verapdf import VeraPdf  # noqa: PLC0415
        from preservation.tools.validators.xml import Xml  # noqa: PLC0415
        from preservation.tools.validators.zip import Zip  # noqa: PLC0415

        patience = self._told.patience
        make: Mapping[str, Callable[[], Judge]] = {
            "pdf": partial(Pdf, patience=patience),
            "verapdf": partial(VeraPdf, patience=patience),
            "image": partial(Image, patience=patience),
            "xml": partial(Xml, schemas=self._schemas, patience=patience),
            "zip": partial(Zip, patience=patience),
            "jhove": partial(Jhove, patience=patience),
            "png": partial(Png, patience=patience),
            "jp2": partial(Jp2, patience=patience),
            "media": partial(Media, patience=patience),
            "mediaconch": partial(MediaConch, patience=patience),
        }
        _require_known(self._told.validators, make)
        return [self._begin(make[name]()) for name in self._told.validators]

    def _begin(self, tool: T) -> T:
        self._begun.append(tool)
        self._open.callback(tool.close)
        return tool

    @cached_property
    def _folder(self) -> Path:
        """A scratch folder of their own; what a crash leaves of it, the next run removes."""
        folder = self._scratch / str(uuid4())
        self._open.callback(discard, folder)
        self._open.enter_context(claimed(folder))
        return folder


def scanner(told: MalwareSettings) -> Scanner | None:
    """The malware scanner that the settings name; None when they name none."""
    from preservation.tools.clamd import MEBIBYTE, Clamd  # noqa: PLC0415
    from preservation.tools.clamd_session import Address  # noqa: PLC0415

    if not told.clamd:
        return None
    address = Address.read(told.clamd)
    return Clamd(address, told.mode == "path", told.largest * MEBIBYTE, told.patience)


def _require_known(names: Sequence[str], known: Mapping[str, object]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Misconfigured(
            f"{FILE}: tools: {', '.join(unknown)}: not known; choose from {', '.join(known)}"
        )
