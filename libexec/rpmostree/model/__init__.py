"""Pure values: parse, merge, compare, print. No I/O."""
