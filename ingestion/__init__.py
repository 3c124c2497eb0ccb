"""Use cases of writing: receive bytes durably, then make every panel hold what the ledger wants."""
