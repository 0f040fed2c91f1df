"""What validators found of each file, and what hinders its use."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the files that are there nothing was judged, and what hinders their use is in PREMIS."""
    op.add_column(
        "files",
        sa.Column("validity", sa.String(16), nullable=False, server_default="not performed"),
    )
    op.add_column("files", sa.Column("inhibitors", sa.Text, nullable=False, server_default="[]"))
    op.add_column("files", sa.Column("source", sa.Text, nullable=False, server_default=""))
