"""What touches disk, database and object store: reference, archive, ledger, lake, releases."""
