"""Alembic's entry: the connection is handed over by ``accounts.database``."""

from alembic import context

from ezee.accounts.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
