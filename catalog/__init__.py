"""The record in PostgreSQL: documents, ledger, jobs, people, and original bytes."""
