"""Numbers of old counters are claimed for trackers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; nothing is claimed."""
    op.create_table(
        "old_counters",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "tracker_id",
            sa.String,
            sa.ForeignKey("trackers.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
        sa.Column(
            "user_id", sa.String, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_old_counters_tracker_id", "old_counters", ["tracker_id"])
    op.create_index("ix_old_counters_user_id", "old_counters", ["user_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("old_counters")
