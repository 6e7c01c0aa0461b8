"""Small programs that others run; shipped as data, never imported by us."""
