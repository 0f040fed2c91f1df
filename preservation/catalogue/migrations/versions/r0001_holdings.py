"""Packages with their descriptions, files, copies and events, and the journal."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "packages",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created", sa.String(27), nullable=False),
        sa.Column("sip", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("preserved_files", sa.BigInteger, nullable=False),
        sa.Column("preserved_bytes", sa.BigInteger, nullable=False),
        sa.Column("submission_files", sa.BigInteger, nullable=False),
        sa.Column("submission_bytes", sa.BigInteger, nullable=False),
        sa.Column("excluded_files", sa.BigInteger, nullable=False),
        sa.Column("excluded_bytes", sa.BigInteger, nullable=False),
        sa.Column("stores", sa.Text, nullable=False),
        sa.UniqueConstraint("id", "version", name="packages_id_version"),
    )
    op.create_index("packages_fingerprint", "packages", ["fingerprint"])
    _create_content()
    _create_events()


def _create_content() -> None:
    op.create_table(
        "records",
        sa.Column("package", sa.Integer, sa.ForeignKey("packages.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("about", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statements",
        sa.Column("package", sa.Integer, primary_key=True),
        sa.Column("record", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("element", sa.String(16), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["package", "record"], ["records.package", "records.position"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "files",
        sa.Column("package", sa.Integer, sa.ForeignKey("packages.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("original_name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha512", sa.String(128), nullable=False),
        sa.Column("puid", sa.String(32)),
        sa.Column("format_name", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "copies",
        sa.Column("package", sa.Integer, sa.ForeignKey("packages.number"), primary_key=True),
        sa.Column("store", sa.String(63), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha512", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("checked", sa.String(27)),
        sqlite_with_rowid=False,
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("package", sa.Integer, sa.ForeignKey("packages.number"), nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("recorded", sa.String(27), nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("agent_name", sa.Text, nullable=False),
        sa.Column("agent_version", sa.Text, nullable=False),
        sa.Column("agent_type", sa.Text, nullable=False),
        sa.Column("agent_note", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("objects", sa.Text, nullable=False),
        sa.UniqueConstraint("package", "identifier", name="events_package_identifier"),
    )
    op.create_table(
        "journal",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("package", sa.String(36), nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.UniqueConstraint("package", "identifier", name="journal_package_identifier"),
    )
