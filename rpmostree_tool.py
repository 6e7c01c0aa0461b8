#!/usr/bin/python3 -I
"""rpm-ostree: the entry. Finds the package beside itself in a checkout, then hands over."""

import os
import sys
from pathlib import Path

_BESIDE = Path(__file__).resolve().parent / "libexec"
if (_BESIDE / "rpmostree").is_dir():
    sys.path.insert(0, str(_BESIDE))


def main() -> None:
    """Run the program and exit with its status."""
    from rpmostree.cli.app import run
    from rpmostree.cli.root import build

    status = run(build(), sys.argv[1:])
    os._exit(status)  # taking the interpreter down in order costs a tenth of `status`


if __name__ == "__main__":
    main()
