"""The packages that were refused."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "rejections",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("refused", sa.String(27), nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("agreement", sa.Text, nullable=False),
        sa.Column("files", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("quarantine", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
