"""Where the content of each file begins in its tar, so that one file is one read."""

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is held has none; a rebuild tells them, and until then the list of members does."""
    op.add_column("files", sa.Column("offset", sa.BigInteger))
    op.add_column("files", sa.Column("tar", sa.Integer))
