"""Nodes agree on salts by their nonces."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table: in PostgreSQL unlogged, and cleared of what was deleted within minutes."""
    served = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "nonces",
        sa.Column("site", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("population", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("import_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("nonce", sa.String, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        prefixes=["UNLOGGED"] if served else [],
    )
    op.create_index("ix_nonces_expires_at", "nonces", ["expires_at"])
    if served:
        op.execute(
            "alter table nonces set (autovacuum_vacuum_threshold = 0, "
            "autovacuum_vacuum_scale_factor = 0)"
        )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("nonces")
