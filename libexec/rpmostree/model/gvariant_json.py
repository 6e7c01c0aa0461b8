"""GVariant values as JSON, as JSON-GLib writes them."""

from rpmostree.model.gvariant import BASIC, Type, Variant, compile_type, pair_children


def to_json(variant: Variant) -> object:
    """The value as JSON-GLib serialises it: variants unwrapped, bytes as a list of numbers."""
    return _jsonise(compile_type(variant.type), variant.value)


def _jsonise(node: Type, value: object) -> object:
    if node.kind in BASIC:
        return value
    if node.kind == "{":
        return _jsonise_entries([(node, value)])
    pairs = pair_children(node, value)
    if node.kind in "mv":
        return _jsonise(*pairs[0]) if pairs else None
    return _jsonise_entries(pairs) if node.kind == "a{" else [_jsonise(*pair) for pair in pairs]


def _jsonise_entries(entries: list[tuple[Type, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for entry in entries:
        (kind, key), inner = pair_children(*entry)
        merged[str(key).lower() if kind.kind == "b" else str(key)] = _jsonise(*inner)
    return merged
