"""Users, trackers, tokens, and erasures that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "users",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("email", sa.String, nullable=False, unique=True),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "trackers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("domain", sa.String, nullable=False),
        sa.Column("site_id", sa.String, nullable=False, unique=True),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("hostnames", sa.JSON, nullable=False),
        sa.Column("public_stats", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        _user_id(),
        sa.UniqueConstraint("user_id", "domain"),
    )
    op.create_index("ix_trackers_user_id", "trackers", ["user_id"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("expires_at", sa.BigInteger),
        _user_id(),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_table("self_tests", sa.Column("site_id", sa.String, primary_key=True))
    op.create_table(
        "erasures",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("erasures", "self_tests", "tokens", "trackers", "users"):
        op.drop_table(table)


def _user_id() -> sa.Column[str]:
    return sa.Column(
        "user_id", sa.String, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
    )
