"""Documents of a company that does not exist, and questions about them: see README.md."""
