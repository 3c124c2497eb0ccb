"""The pages: documents, questions and the state of the service, for people in a browser."""
