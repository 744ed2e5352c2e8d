"""What waits for a browser's next step is known to all nodes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table: in PostgreSQL unlogged, for it holds nothing that outlives minutes."""
    served = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "steps",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        prefixes=["UNLOGGED"] if served else [],
    )
    op.create_index("ix_steps_expires_at", "steps", ["expires_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("steps")
