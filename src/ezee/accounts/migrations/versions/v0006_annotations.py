"""Days of a tracker may be annotated, and a link's report may show that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table and the column: nothing is annotated, nothing is shown."""
    op.create_table(
        "annotations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column(
            "tracker_id",
            sa.String,
            sa.ForeignKey("trackers.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column(
            "user_id", sa.String, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_annotations_tracker_id", "annotations", ["tracker_id"])
    op.create_index("ix_annotations_user_id", "annotations", ["user_id"])
    op.add_column(
        "trackers",
        sa.Column("share_annotations", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("trackers", "share_annotations")
    op.drop_table("annotations")
