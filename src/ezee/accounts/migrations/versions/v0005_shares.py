"""A tracker's report may be shown by a link, with a password or without."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns: no tracker is shown yet."""
    op.add_column("trackers", sa.Column("share_nonce", sa.String))
    op.add_column("trackers", sa.Column("share_password", sa.String))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("trackers", "share_password")
    op.drop_column("trackers", "share_nonce")
