"""The JSON Schemas of what `--json` prints, a file each in `rpmostree/schemas`.

`db diff` has `db-diff.json`; a verb without a file of its own makes or removes deployments and has
`change.json`. What several need is a file, too, and referred to as `#/$defs/NAME`.
"""

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ERROR = "error"
_PLACE = files("rpmostree") / "schemas"
_REFERENCE = re.compile(r'"#/\$defs/([^"]+)"')


def schema_name(words: Sequence[str]) -> str:
    """The file, without `.json`, that describes the documents of a verb."""
    name = "-".join(words)
    return name if (_PLACE / f"{name}.json").is_file() else "change"


def read_schema(words: Sequence[str]) -> dict[str, Any]:
    """The schema of a verb, complete in itself: its documents, and that of an error."""
    name = schema_name(words)
    return {
        "$schema": DIALECT,
        "title": f"rpm-ostree {' '.join(words)} --json",
        "if": {"type": "object", "required": [ERROR]},
        "then": {"$ref": f"#/$defs/{ERROR}"},
        "else": {"$ref": f"#/$defs/{name}"},
        "$defs": _with_references([ERROR, name]),
    }


def _with_references(wanted: Sequence[str]) -> dict[str, Any]:
    """The files of these names, and of those that they refer to, and so on."""
    found: dict[str, Any] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            text = (_PLACE / f"{name}.json").read_text(encoding="utf-8")
            found[name] = json.loads(text)
            waiting += _REFERENCE.findall(text)
    return dict(sorted(found.items()))
