"""The tables, as they are after the newest migration.

Moments are texts in UTC with microseconds (`2026-01-31T12:00:00.000000Z`), which sort as they
should in every database; digests are hexadecimal SHA-512; lists are JSON.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

REVISIONS = ("r0001", "r0002", "r0003", "r0004", "r0005", "r0006", "r0007", "r0008", "r0009")
"""The revisions of the schema that this code knows, oldest first; the last is the one it uses."""

metadata = MetaData()

packages = Table(
    "packages",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", String(27), nullable=False),
    Column("sip", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("preserved_files", BigInteger, nullable=False),
    Column("preserved_bytes", BigInteger, nullable=False),
    Column("submission_files", BigInteger, nullable=False),
    Column("submission_bytes", BigInteger, nullable=False),
    Column("excluded_files", BigInteger, nullable=False),
    Column("excluded_bytes", BigInteger, nullable=False),
    Column("stores", Text, nullable=False),
    Column("retained_until", String(10)),
    UniqueConstraint("id", "version", name="packages_id_version"),
    Index("packages_fingerprint", "fingerprint"),
)
"""One row a version of an AIP."""

records = Table(
    "records",
    metadata,
    Column("package", Integer, ForeignKey("packages.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("about", Text, nullable=False),
    sqlite_with_rowid=False,
)

statements = Table(
    "statements",
    metadata,
    Column("package", Integer, primary_key=True),
    Column("record", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("element", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("language", Text, nullable=False),
    ForeignKeyConstraint(["package", "record"], ["records.package", "records.position"]),
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    metadata,
    Column("package", Integer, ForeignKey("packages.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("original_name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha512", String(128), nullable=False),
    Column("puid", String(32)),
    Column("format_name", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("validity", String(16), nullable=False, server_default="not performed"),
    Column("inhibitors", Text, nullable=False, server_default="[]"),
    Column("source", Text, nullable=False, server_default=""),
    Column("offset", BigInteger),
    Column("tar", Integer),
    sqlite_with_rowid=False,
)

copies = Table(
    "copies",
    metadata,
    Column("package", Integer, ForeignKey("packages.number"), primary_key=True),
    Column("store", String(63), primary_key=True),
    Column("key", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha512", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("checked", String(27)),
    Column("seen", String(27)),
    Column("inventory", String(128)),
    sqlite_with_rowid=False,
)

rights = Table(
    "rights",
    metadata,
    Column("package", Integer, ForeignKey("packages.number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("statement", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""What may be done with an AIP version, a statement of PREMIS a row."""

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("package", Integer, ForeignKey("packages.number"), nullable=False),
    Column("identifier", Text, nullable=False),
    Column("recorded", String(27), nullable=False),
    Column("type", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("agent_version", Text, nullable=False),
    Column("agent_type", Text, nullable=False),
    Column("agent_note", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("objects", Text, nullable=False),
    UniqueConstraint("package", "identifier", name="events_package_identifier"),
    Index("events_type_recorded", "type", "recorded"),
)

journal = Table(
    "journal",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("package", String(36), nullable=False),
    Column("identifier", Text, nullable=False),
    Column("event", Text, nullable=False),
    UniqueConstraint("package", "identifier", name="journal_package_identifier"),
)
"""Events of packages on their way, which no store has yet: never rebuilt."""

rejections = Table(
    "rejections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Text, nullable=False),
    Column("refused", String(27), nullable=False),
    Column("kind", Text),
    Column("agreement", Text, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("quarantine", Text, nullable=False),
    Column("findings", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Packages that were refused, of which no store tells: never rebuilt."""

claims = Table(
    "claims",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", String(27), nullable=False),
    sqlite_with_rowid=False,
)
"""What somebody works on at this moment: never rebuilt."""

decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("aip", String(36), nullable=False),
    Column("identifier", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("noted", Boolean, nullable=False),
    UniqueConstraint("aip", "identifier", name="decisions_aip_identifier"),
)
"""What people decided on AIPs, in order; `noted` once the ledger has it."""

tombstones = Table(
    "tombstones",
    metadata,
    Column("aip", String(36), primary_key=True),
    Column("document", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""AIPs that were deleted; `removed` once no store has anything of them."""

HOLDINGS = (packages, records, statements, files, copies, rights, events)
"""The tables that can be rebuilt from a store, each after those that it refers to."""

DISPOSALS = (decisions, tombstones)
"""The tables of what was decided on AIPs, which can be rebuilt too."""
