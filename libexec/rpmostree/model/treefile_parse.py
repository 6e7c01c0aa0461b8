"""Reading treefiles: YAML or JSON to a Treefile, with the file, line and key of what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from rpmostree.base.errors import BadInput
from rpmostree.model.treefile import KEYS, Raw, Treefile, build_treefile, merge_raw

_DEEPEST = 50
_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "text-or-number": lambda v: isinstance(v, str | int | float) and not isinstance(v, bool),
    "bool": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    "map": lambda v: isinstance(v, dict),
    "pairs": lambda v: isinstance(v, list) and all(isinstance(i, list) and len(i) > 1 for i in v),
    "string-or-list": lambda v: isinstance(v, str | list),
    "check": lambda v: v in ({"type": "none"}, {"type": "previous"}),
}
_WORDS = {
    "string": "a string",
    "text-or-number": "a string or a number",
    "bool": "true or false",
    "list": "a list of strings",
    "map": "a mapping",
    "pairs": "a list of lists",
    "string-or-list": "a string or a list",
    "check": "{type: none} or {type: previous}",
}


def load_treefile(text_of: Callable[[Path], str], path: Path, arch: str) -> Treefile:
    """Read a treefile with all that it includes. `text_of` gives the text of a file.

    Raises BadInput naming file, line and key.
    """
    raw = _load(text_of, path, arch, ())
    try:
        treefile = build_treefile(raw, path, arch)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path}: {error}") from error
    if not treefile.repos:
        raise BadInput(
            f"{path}: Treefile has no `repos`", hint="list the ids of .repo files beside it"
        )
    return treefile


def _load(text_of: Callable[[Path], str], path: Path, arch: str, above: tuple[Path, ...]) -> Raw:
    if path in above or len(above) > _DEEPEST:
        raise BadInput(f"{path} includes itself: {' -> '.join(map(str, (*above, path)))}")
    own = _parse(text_of(path), path)
    raw: Raw = {}
    for name in _includes(own, arch):
        included = _load(text_of, path.parent / name, arch, (*above, path))
        raw = merge_raw(raw, included)
    return merge_raw(raw, _absolute(own, path.parent))


def _includes(own: Raw, arch: str) -> list[str]:
    """The files this one includes, and not the keys that say so."""
    names: list[str] = []
    for value in (own.pop("include", []), own.pop("arch-include", {}).get(arch, [])):
        names += [value] if isinstance(value, str) else value
    return names


def _absolute(own: Raw, directory: Path) -> Raw:
    """Paths are relative to the file that names them."""
    if "postprocess-script" in own:
        own["postprocess-script"] = str(directory / own["postprocess-script"])
    if "add-files" in own:
        own["add-files"] = [[str(directory / src), dst] for src, dst, *_ in own["add-files"]]
    return own


def _parse(text: str, path: Path) -> Raw:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(_complaint(path, error)) from error
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        raise BadInput(f"{path}: a treefile is a mapping of keys to values")
    lines: dict[str, int] = {}
    for name, _ in node.value:
        if lines.setdefault(str(name.value), name.start_mark.line + 1) != name.start_mark.line + 1:
            place = f"{path}:{name.start_mark.line + 1}: {name.value}"
            raise BadInput(f"{place}: the key is in line {lines[str(name.value)]} already")
    raw: Raw = {}
    for written, value in data.items():
        place = f"{path}:{lines.get(str(written), 1)}: {written}"
        key = _spell(str(written))
        if key in raw:
            raise BadInput(f"{place}: the key is given twice, with - and with _")
        _check(key, value, place, strict=path.suffix != ".json")
        raw[key] = value
    return raw


def _complaint(path: Path, error: yaml.YAMLError) -> str:
    """What is wrong with the file as such, in one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{path}:{error.problem_mark.line + 1}: not valid YAML: {error.problem}"
    return f"{path}: not valid YAML: {' '.join(str(error).split())}"


def _spell(written: str) -> str:
    """The key with dashes; old treefiles have underscores. Architectures keep theirs."""
    return written if written.startswith("packages-") else written.replace("_", "-")


def _check(key: str, value: object, place: str, *, strict: bool) -> None:
    if key.startswith("packages-") and _KINDS["list"](value):
        return
    known = KEYS.get(key)
    if known is None:
        if strict:
            raise BadInput(f"{place}: unknown key", hint=_suggest(key))
        return
    if not known.served:
        raise BadInput(f"{place}: this key is not served yet")
    if known.kind.startswith("choice:"):
        choices = known.kind.removeprefix("choice:").split("|")
        if value not in choices:
            raise BadInput(f"{place}: must be one of {', '.join(choices)}, not {value!r}")
    elif not _KINDS[known.kind](value):
        raise BadInput(f"{place}: must be {_WORDS[known.kind]}, not {value!r}")


def _suggest(key: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(key, KEYS, 1)
    return f"did you mean {near[0]}?" if near else None
