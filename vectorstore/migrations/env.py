"""Runs the migrations on the connection that vectorstore.schema hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="panel",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
