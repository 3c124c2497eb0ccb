"""Models: embedder, language, sentences, chat."""
