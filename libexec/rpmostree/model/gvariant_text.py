"""GVariant values as GVariant text and as JSON.

Source: GLib's "GVariant Text Format", and what g_variant_print() and JSON-GLib write.
"""

from rpmostree.model.gvariant import (
    BASIC,
    STRINGS,
    Type,
    Variant,
    compile_type,
    pack,
    pair_children,
)

_WORDS = "byte int16 uint16 uint32 int64 uint64 handle objectpath signature"
_KEYWORDS = dict(zip("ynquxthog", _WORDS.split(), strict=True))
_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 92: "\\\\"}


def to_text(variant: Variant) -> str:
    """The value in GVariant text format, annotated so that parsing gives the same type."""
    pack(variant.type, variant.value, little=True)  # refuses what is not of the type
    return _print(compile_type(variant.type), variant.value, True)


def to_json(variant: Variant) -> object:
    """The value as JSON-GLib serialises it: variants unwrapped, bytes as a list of numbers."""
    return _jsonise(compile_type(variant.type), variant.value)


def _escape(char: str, quote: str) -> str:
    if char == quote or (char.isprintable() and char != "\\"):
        return char if char != quote else "\\" + char
    code = ord(char)
    return _ESCAPES.get(code) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def _escape_byte(code: int) -> str:
    plain = chr(code) if 32 <= code < 127 else f"\\{code:03o}"
    return '\\"' if code == 34 else _ESCAPES.get(code, plain)


def _print_basic(kind: str, value: object, annotate: bool) -> str:
    if kind in STRINGS:
        quote = '"' if "'" in str(value) else "'"
        plain = quote + "".join([_escape(char, quote) for char in str(value)]) + quote
    else:
        plain = f"0x{value:02x}" if kind == "y" else str(value)
        if kind == "b":
            plain = plain.lower()
        elif kind == "d" and plain.lstrip("-").isdigit():
            plain += ".0"
    return f"{_KEYWORDS[kind]} {plain}" if annotate and kind in _KEYWORDS else plain


def _print_children(node: Type, value: object, annotate: bool) -> list[str]:
    every = node.kind[0] in "({"  # in an array the first element tells the type of the others
    pairs = enumerate(pair_children(node, value))
    return [_print(child, each, annotate and (every or not i)) for i, (child, each) in pairs]


def _print_maybe(node: Type, value: object, annotate: bool) -> str:
    words = _print_children(node, value, False) or ["nothing"]
    just = "just " if value is not None and words[0].endswith("nothing") else ""
    return (f"@{node.name} " if annotate else "") + just + words[0]


def _print(node: Type, value: object, annotate: bool) -> str:
    kind = node.kind
    if kind in BASIC:
        return _print_basic(kind, value, annotate)
    if kind == "m":
        return _print_maybe(node, value, annotate)
    if kind == "ay" and isinstance(value, bytes) and value and value.find(0) == len(value) - 1:
        quote = '"' if b"'" in value else "'"
        return f"b{quote}{''.join(map(_escape_byte, value[:-1]))}{quote}"
    if kind == "a{":
        pairs = enumerate(pair_children(node, value))
        words = [": ".join(_print_children(*pair, annotate and not i)) for i, pair in pairs]
    else:
        words = _print_children(node, value, annotate or kind == "v")
    return _enclose(node, words, annotate)


def _enclose(node: Type, words: list[str], annotate: bool) -> str:
    array, member = node.kind[0] == "a", node.kind[-1]
    brackets = {"v": "<>", "{": "{}"}.get(member, "[]" if array else "()")
    prefix = f"@{node.name} " if annotate and array and not words else ""
    comma = "," if brackets == "()" and len(words) == 1 else ""
    return f"{prefix}{brackets[0]}{', '.join(words)}{comma}{brackets[1]}"


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
