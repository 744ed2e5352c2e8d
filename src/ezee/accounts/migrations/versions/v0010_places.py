"""Trackers have a place among those of their owner."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column: nobody has put theirs in an order yet."""
    op.add_column(
        "trackers", sa.Column("place", sa.BigInteger, nullable=False, server_default=sa.text("0"))
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("trackers", "place")
