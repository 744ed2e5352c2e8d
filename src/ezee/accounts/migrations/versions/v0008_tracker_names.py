"""What other trackers' clients call a tracker is looked up in an index."""

import sqlalchemy as sa
from alembic import op

from ezee.model.aliases import normal_name

revision = "0008"
down_revision = "0006"

_TRACKERS = sa.table(
    "trackers",
    sa.column("id", sa.String),
    sa.column("user_id", sa.String),
    sa.column("domain", sa.String),
    sa.column("hostnames", sa.JSON),
    sa.column("rules", sa.JSON),
)


def upgrade() -> None:
    """Make the table, of the trackers that there are."""
    names = op.create_table(
        "tracker_names",
        sa.Column(
            "tracker_id",
            sa.String,
            sa.ForeignKey("trackers.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("protocol", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column(
            "user_id", sa.String, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_tracker_names_name", "tracker_names", ["name"])
    op.create_index("ix_tracker_names_user_id", "tracker_names", ["user_id"])
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Row-level security holds for the tables' owner too.
        op.execute("select set_config('ezee.viewer', '*', true)")
    rows = []
    for tracker_id, user_id, domain, hostnames, rules in connection.execute(sa.select(_TRACKERS)):
        found = {("", normal_name(host)) for host in (domain, *hostnames)}
        found |= {tuple(alias.split(":", 1)) for alias in rules.get("aliases", ())}
        rows += [
            {"tracker_id": tracker_id, "protocol": protocol, "name": name, "user_id": user_id}
            for protocol, name in sorted(found)
        ]
    op.bulk_insert(names, rows)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("tracker_names")
