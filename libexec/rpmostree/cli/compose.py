"""Verbs of the one who makes images: compose."""

from rpmostree.cli.app import new_group

compose = new_group("compose", "Commands to compose a tree.")
