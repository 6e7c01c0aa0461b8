"""rpm-ostree: images that packages can be layered on, driven through the tools themselves."""

__version__ = "2026.1"
