"""When each copy was last seen, and the digest of the inventory that it was proven with."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was read whole was seen; the digests of inventories come with the next audit."""
    op.add_column("copies", sa.Column("seen", sa.String(27)))
    op.add_column("copies", sa.Column("inventory", sa.String(128)))
    op.execute("UPDATE copies SET seen = checked")
