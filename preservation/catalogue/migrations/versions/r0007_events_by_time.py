"""Events are found by their type and time, for reports."""

from alembic import op

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("events_type_recorded", "events", ["type", "recorded"])
