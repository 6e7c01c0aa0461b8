import pytest

from rpmostree.model.request import split_conjunctions


@pytest.mark.parametrize(
    ("request_", "parts"),
    [
        ("foo", ("foo",)),
        ("foo >= 1", ("foo >= 1",)),
        ("(a and b)", ("a", "b")),
        ("(a >= 1 and b(x) and c)", ("a >= 1", "b(x)", "c")),
        ("(a and (b or c))", ("a", "(b or c)")),
        ("(a and (b and c))", ("a", "b", "c")),
        ("(a or (b and c))", ("(a or (b and c))",)),
        ("(a if b)", ("(a if b)",)),
        ("(a and )", ("(a and )",)),
        ("(a and b", ("(a and b",)),
    ],
)
def test_only_conjunctions_are_taken_apart(request_, parts):
    assert split_conjunctions([request_]) == parts
