"""What people decide on AIPs, the tombstones of those that were deleted, and retention."""

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables; nothing was agreed of what is held."""
    op.add_column("packages", sa.Column("retained_until", sa.String(10)))
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("aip", sa.String(36), nullable=False),
        sa.Column("identifier", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("noted", sa.Boolean, nullable=False),
        sa.UniqueConstraint("aip", "identifier", name="decisions_aip_identifier"),
    )
    op.create_table(
        "tombstones",
        sa.Column("aip", sa.String(36), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
