"""Trackers have rules, and may have a signing secret."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; every tracker has the default rules and no secret."""
    op.add_column("trackers", sa.Column("rules", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("trackers", sa.Column("signing_nonce", sa.String))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("trackers", "signing_nonce")
    op.drop_column("trackers", "rules")
