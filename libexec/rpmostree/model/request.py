"""Requests that are more than a name: rich dependencies (rpm's manual, boolean dependencies)."""

from collections.abc import Iterable


def split_conjunctions(requests: Iterable[str]) -> tuple[str, ...]:
    """Each `(A and B)` as A, B: the solver takes any one package that has to do with it.

    Other rich dependencies stay as they are.
    """
    return tuple(part for request in requests for part in _split(request))


def _split(request: str) -> list[str]:
    if not (request.startswith("(") and request.endswith(")")):
        return [request]
    parts, depth = [""], 0
    for word in request[1:-1].split():
        if word == "and" and depth == 0:
            parts.append("")
            continue
        depth += word.count("(") - word.count(")")
        parts[-1] = f"{parts[-1]} {word}".strip()
    if len(parts) == 1 or not all(parts) or depth:
        return [request]
    return [piece for part in parts for piece in _split(part)]
