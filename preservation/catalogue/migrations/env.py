"""Runs the migrations on the connection, and in the transaction, of whoever asks for them."""

from alembic import context

from preservation.catalogue.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can take back a CREATE TABLE; alembic believes that Python's driver cannot.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
