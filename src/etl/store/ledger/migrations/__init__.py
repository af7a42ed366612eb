"""Changes of the ledger's tables, one file each; Alembic runs them when the ledger is opened."""
