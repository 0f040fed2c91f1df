"""E-mail: single messages (EML, MSG) and mailboxes (MBOX)."""

import email
import email.policy
from collections import Counter
from collections.abc import Iterator, Sequence
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import BinaryIO, ClassVar

from preservation import __version__
from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.characterizers.mail_outlook import told_by_outlook
from preservation.tools.process import Json
from preservation.tools.tool import each, media_types

_MEMORY = 2 << 30
_WHOLE = 256 << 20
_HEAD = 1 << 20
_LINE = 1 << 16
_LISTED = 20
_PUIDS_MBOX = frozenset({"fmt/720"})
_PROTECTED = {
    "multipart/encrypted": "encryption",
    "application/pkcs7-mime": "encryption",
    "application/x-pkcs7-mime": "encryption",
}


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts, inhibitors and programs of each path; its version for None."""
    if items == [None]:
        return [[__version__, "messages and mailboxes"]]
    return each(_describe, items)


def _describe(path: str) -> Json:
    with open(path, "rb") as file:
        head = file.read(8)
        file.seek(0)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return told_by_outlook(path)
        if head.startswith(b"From "):
            return _mailbox(file)
        return _message(file)


def _message(file: BinaryIO) -> Json:
    content = file.read(_WHOLE + 1)
    if len(content) > _WHOLE:
        content = content[:_HEAD].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    parsed = email.message_from_bytes(content, policy=email.policy.compat32)
    if not parsed.keys():
        return "it has no headers of a message"
    facts = list(_headers(parsed))
    kinds = Counter(part.get_content_type() for part in parsed.walk())
    attachments = [part for part in parsed.walk() if _attached(part)]
    if attachments:
        facts.append(("attachments", str(len(attachments))))
        facts += [("attachment", _attachment(part)) for part in attachments[:_LISTED]]
    if kinds["multipart/signed"]:
        facts.append(("signed", "yes"))
    inhibitors = sorted({_PROTECTED[kind] for kind in kinds if kind in _PROTECTED})
    mailer = _plain(parsed, "X-Mailer") or _plain(parsed, "User-Agent")
    problems = sorted({type(d).__name__ for part in parsed.walk() for d in part.defects})
    return [
        facts + damage([f"parts of it are not as they should be: {it}" for it in problems]),
        inhibitors,
        [(mailer, "", "")] if mailer else [],
    ]


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    for name, fact in (("From", "from"), ("Subject", "subject"), ("Message-ID", "message id")):
        if value := _plain(message, name):
            yield fact, value
    for name in ("To", "Cc", "Bcc"):
        count = len([a for _, a in getaddresses(map(str, message.get_all(name, []))) if a])
        if count:
            yield f"recipients ({name.lower()})", str(count)
    if date := _date(message):
        yield "date", date


def _plain(message: Message, name: str) -> str:
    """A header in Unicode; one that is coded wrongly as it stands."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        return str(email.header.make_header(email.header.decode_header(str(value))))
    except (ValueError, LookupError, MessageError):
        return str(value)


def _date(message: Message) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""


def _attached(part: Message) -> bool:
    return not part.is_multipart() and (
        part.get_content_disposition() == "attachment" or bool(part.get_filename())
    )


def _attachment(part: Message) -> str:
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    return f"{part.get_filename() or 'without a name'} ({part.get_content_type()}, {size} octets)"


def _mailbox(file: BinaryIO) -> Json:
    """RFC 4155: messages begin with a line `From ` after an empty line; only headers are looked at.

    The whole is read once in flat memory.
    """
    messages, dates = 0, []
    blank, heading = True, False
    for line in _lines(file):
        if blank and line.startswith(b"From "):
            messages += 1
            heading = True
        elif heading and line[:5].lower() == b"date:":
            dated = email.message_from_bytes(line)
            dates += [date] if (date := _date(dated)) else []
        blank = line in (b"\n", b"\r\n")
        heading = heading and not blank
    facts = [("messages", str(messages))]
    if dates:
        facts += [("first date", min(dates)), ("last date", max(dates))]
    return [facts, []]


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of any length, the long ones in parts."""
    while line := file.readline(_LINE):
        yield line


class Mail(Extractor):
    """Who wrote when about what, and what is attached; not the text itself.

    Facts: `from`, `subject`, `message id`, `recipients (to)`, `(cc)`, `(bcc)` as counts, `date`,
    `attachments`, `attachment` (name, type, octets; the first twenty), `signed`; of a mailbox
    `messages`, `first date`, `last date`; `damage`.
    """

    TYPES: ClassVar[frozenset[str]] = frozenset(
        {"message/rfc822", "application/mbox", "application/vnd.ms-outlook"}
    )
    _PUIDS = frozenset({"fmt/278", "fmt/950", "fmt/720", "x-fmt/430"})

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Arkiv mail", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """Messages after RFC 5322 and of Outlook, and mailboxes after RFC 4155."""
        return format.puid in self._PUIDS or not media_types(format).isdisjoint(self.TYPES)
