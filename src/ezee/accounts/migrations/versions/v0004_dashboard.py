"""People sign in; trackers can be put away, or be a demo."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("users", sa.Column("name", sa.String, nullable=False, server_default=""))
    op.add_column("users", sa.Column("language", sa.String, nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_nonce", sa.String))
    op.add_column(
        "users", sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("trackers", sa.Column("archived_at", sa.BigInteger))
    op.add_column(
        "trackers", sa.Column("demo", sa.Boolean, nullable=False, server_default=sa.false())
    )
    _make(
        "sign_ins",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("agent", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
    )
    _make("recovery_codes", sa.Column("digest", sa.String, primary_key=True))
    _make(
        "passkeys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("public_key", sa.String, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
    )
    _make(
        "password_resets",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("password_resets", "passkeys", "recovery_codes", "sign_ins"):
        op.drop_table(table)
    for table, column in (
        ("trackers", "demo"),
        ("trackers", "archived_at"),
        ("users", "totp_step"),
        ("users", "totp_nonce"),
        ("users", "language"),
        ("users", "name"),
    ):
        op.drop_column(table, column)


def _make(name: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    op.create_table(name, *columns, sa.Column("user_id", sa.String, owner, nullable=False))
    op.create_index(f"ix_{name}_user_id", name, ["user_id"])
