"""Pick values out of a JSON document by a JSONPath expression, as JSON-GLib's dialect has them."""


def select(document: object, expression: str) -> list[object]:
    """All values that match, in the order of the document.

    Raises ValueError, in a sentence, for what is no expression; one begins with `$`.
    """
    from jsonpath import JSONPathError, findall  # costs 50 ms, which only those who ask pay

    if not expression.startswith("$"):
        raise ValueError("a JSONPath expression begins with $, the whole document")
    try:
        return list(findall(expression, document))  # type: ignore[arg-type]
    except JSONPathError as error:
        raise ValueError(str(error).partition("\n")[0]) from error
