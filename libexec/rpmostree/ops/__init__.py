"""One verb, one pipeline."""
