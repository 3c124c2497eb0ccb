"""Ways in: folders, mailboxes and buckets as places that are looked at."""
