"""The rights of AIPs."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their table; those of what is held come with the next rebuild of newer summaries."""
    op.create_table(
        "rights",
        sa.Column("package", sa.Integer, sa.ForeignKey("packages.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("statement", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
