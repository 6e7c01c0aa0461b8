"""Postprocess scripts of a treefile, run inside of the tree without a network."""

from collections.abc import Iterator
from pathlib import Path

from rpmostree.assembly.root import Root
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.base.run import run
from rpmostree.model.treefile import Treefile

_INSIDE = "/run/rpm-ostree-postprocess"


def run_postprocess(root: Root, treefile: Treefile) -> None:
    """Run the inline scripts in order, then the one that is a file. Raises ToolFailed."""
    for number, (name, body) in enumerate(_scripts(treefile), 1):
        script = root.staging / "run/rpm-ostree-postprocess"
        text = body if body.startswith("#!") else f"#!/bin/sh\n{body}"
        script.write_text(text, encoding="utf-8")
        script.chmod(0o755)
        what = f"postprocess script {number} ({name}) failed"
        events.detail(run([*root.inside(), _INSIDE], merge=True, what=what).stdout.strip())
        script.unlink()


def _scripts(treefile: Treefile) -> Iterator[tuple[str, str]]:
    for body in treefile.postprocess:
        lines = (line.strip() for line in body.splitlines())
        yield next((x for x in lines if x and not x.startswith("#")), "empty"), body
    if treefile.postprocess_script:
        path = Path(treefile.postprocess_script)
        if not path.exists():
            raise BadInput(f"postprocess-script: there is no {path}")
        yield path.name, path.read_text(encoding="utf-8")


def remove_from_packages(
    root: Path, rules: tuple[tuple[str, ...], ...], files: dict[str, list[str]]
) -> None:
    """Delete the files of packages that match any of the given regular expressions."""
    import re

    for name, *patterns in rules:
        if name not in files:
            raise BadInput(f"remove-from-packages: {name} is not in the tree")
        for path in files[name]:
            inside = root / path.lstrip("/")
            if any(re.search(p, path) for p in patterns) and not inside.is_dir():
                inside.unlink(missing_ok=True)
