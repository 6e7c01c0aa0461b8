"""What `--json` prints, held against what `--schema` says of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.kit.commands import find_command, option_names, read_program

TOOL = Path(__file__).resolve().parents[2] / "rpmostree_tool.py"


@cache
def list_verbs_with_json() -> tuple[str, ...]:
    """All verbs that take --json, `db diff` among them."""
    return tuple(" ".join(v.words) for v in read_program().walk() if "--json" in option_names(v))


@cache
def judge_of(verb: str) -> Draft202012Validator:
    """What knows the documents of a verb, as the program itself describes them."""
    command = [sys.executable, str(TOOL), *verb.split(), "--schema"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert done.stderr == ""
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def read_document(words: Sequence[str], stdout: str) -> Any:
    """The one document that a command printed; AssertionError if it is not as described."""
    document = json.loads(stdout)
    is_group = hasattr(find_command(words[0]), "list_commands")
    verb = " ".join(words[: 2 if is_group else 1])
    faults = sorted(judge_of(verb).iter_errors(document), key=str)
    assert not faults, f"{' '.join(words)}:\n" + "\n".join(map(str, faults))
    return document
