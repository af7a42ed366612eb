"""Run by Alembic: inside the writing transaction that `etl.store.ledger.connection.upgrade` opened."""

from alembic import context

from etl.store.ledger.schema import metadata

# SQLite too can undo its DDL, once the driver no longer commits by itself: half a migration is never left behind
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
