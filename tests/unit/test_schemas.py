"""Every document is described, and the descriptions are well-formed and complete."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import rpmostree
from rpmostree.cli.schemas import read_schema, schema_name
from tests.kit.commands import option_names, read_program

PLACE = Path(rpmostree.__file__).parent / "schemas"
FILES = sorted(path.stem for path in PLACE.glob("*.json"))
VERBS = [verb for verb in read_program().walk() if "--json" in option_names(verb)]


def walk(schema: object) -> Iterator[dict[str, object]]:
    """All objects within a schema, itself included."""
    if isinstance(schema, dict):
        yield schema
    inside = schema.values() if isinstance(schema, dict) else schema
    for value in inside if isinstance(schema, dict | list) else ():
        yield from walk(value)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(verb.words))
def test_schema_of_a_verb_is_valid_and_complete(verb):
    schema = read_schema(verb.words)
    Draft202012Validator.check_schema(schema)
    wanted = {str(part["$ref"]) for part in walk(schema) if "$ref" in part}
    assert wanted == {f"#/$defs/{name}" for name in schema["$defs"]}


def test_every_verb_with_json_has_a_schema():
    for verb in read_program().walk():
        assert ("--json" in option_names(verb)) == ("--schema" in option_names(verb)), verb.words


@pytest.mark.parametrize("name", FILES)
def test_every_property_is_described(name):
    for part in walk(json.loads((PLACE / f"{name}.json").read_text())):
        for key, value in dict(part.get("properties", {})).items():
            assert value.get("description"), f"{name}.json: say what `{key}` means"


def test_every_file_is_of_use():
    used = {name for verb in VERBS for name in read_schema(verb.words)["$defs"]}
    assert used == set(FILES)


def test_names():
    assert schema_name(["db", "diff"]) == "db-diff"
    assert schema_name(["install"]) == "change"


def test_error_is_told_from_a_result():
    judge = Draft202012Validator(read_schema(["search"]))
    assert judge.is_valid([])
    assert judge.is_valid({"error": {"message": "No", "hint": None, "code": 1}})
    assert not judge.is_valid({"error": "No"})
    assert not judge.is_valid([{"name": "x"}])
