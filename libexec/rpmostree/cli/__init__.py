"""Words in, words out: the only layer that talks to a person."""
