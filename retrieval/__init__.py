"""Use cases of reading: search, fuse, answer with citations, or refuse."""
