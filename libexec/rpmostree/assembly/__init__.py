"""Building a root step by step; takes and returns paths and values."""
