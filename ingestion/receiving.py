"""Receive: make bytes durable, then accept them with their intent in one transaction."""
