"""One module per binary: verbs outside, flags and version differences inside."""
