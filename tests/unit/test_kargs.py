"""Kernel arguments: splitting, and each way to edit them."""

import pytest

from rpmostree.model.kargs import KargsEdit, edit_kargs, editable, join_kargs, split_kargs

OPTIONS = ("delete", "replace", "append", "append_if_missing", "delete_if_present")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        (" \t\n ", ()),
        ("quiet", ("quiet",)),
        (" root=UUID=a-b  quiet\n", ("root=UUID=a-b", "quiet")),
        ('foo="a b c" bar', ('foo="a b c"', "bar")),
        ('"foo=a b" bar', ('"foo=a b"', "bar")),
        ('dyndbg="file a.c +p; file b.c +p"', ('dyndbg="file a.c +p; file b.c +p"',)),
        ('a=x"y z"w b', ('a=x"y z"w', "b")),
        ('open="a b', ('open="a b',)),
        ("it's one", ("it's", "one")),
        ("a -- b", ("a", "--", "b")),
        ("a a a=1 a=1", ("a", "a", "a=1", "a=1")),
    ],
)
def test_a_line_is_split_outside_of_quotes(line, words):
    assert split_kargs(line) == words
    assert split_kargs(join_kargs(words)) == words


def test_the_boot_entry_s_own_argument_is_not_editable():
    kargs = ("ostree=/ostree/boot.0/x", "a", "ostree.x=1", "ostreed=2")
    assert editable(kargs) == kargs[1:]


EDITS = [
    # before, option, argument, after
    ("a b", "append", "c", "a b c"),
    ("a b", "append", "a", "a b a"),
    ("a=1", "append", "a=2", "a=1 a=2"),
    ("", "append", "root=UUID=x-y", "root=UUID=x-y"),
    ("", "append", 'foo="a b"', 'foo="a b"'),
    ("", "append", "a b=1", "a b=1"),
    ("a=1 b", "append_if_missing", "a=1", "a=1 b"),
    ("a=1 b", "append_if_missing", "a=2", "a=1 b a=2"),
    ("a=1 b", "append_if_missing", "a", "a=1 b a"),
    ("a b c", "delete", "b", "a c"),
    ("a=1 b", "delete", "a", "b"),
    ("a=1 a=2 a=3", "delete", "a=2", "a=1 a=3"),
    ("a=1 b a=1", "delete", "a=1", "b a=1"),
    ("a=1 a", "delete", "a", "a=1"),
    ("a b a", "delete", "a", "b a"),
    ("a= b", "delete", "a=", "b"),
    ("root=UUID=x b", "delete", "root=UUID=x", "b"),
    ('a="x y" b', "delete", 'a="x y"', "b"),
    ("a=1 b", "delete_if_present", "a=1", "b"),
    ("a b", "delete_if_present", "a", "b"),
    ("a=1 b", "delete_if_present", "a=2", "a=1 b"),
    ("a=1 b", "delete_if_present", "c", "a=1 b"),
    ("x a=1 y", "replace", "a=2", "x a=2 y"),
    ("x a y", "replace", "a=2", "x a=2 y"),
    ("x a=1 y", "replace", "a", "x a y"),
    ("x a=1 y", "replace", "a=", "x a= y"),
    ("a=1 x a=2 a=3", "replace", "a=2=5", "a=1 x a=5 a=3"),
    ("a=1 x", "replace", "a=1=5", "a=5 x"),
    ("a=1 x", "replace", "a=1=b=c", "a=b=c x"),
    ("a=1 a=2", "replace", "a=2=", "a=1 a="),
    ("root=UUID=x y", "replace", "root=UUID=z", "root=UUID=z y"),
    ("console=tty0 console=ttyS0", "replace", "console=tty0=ttyS1", "console=ttyS1 console=ttyS0"),
]


@pytest.mark.parametrize(("before", "option", "argument", "after"), EDITS)
def test_one_edit(before, option, argument, after):
    assert join_kargs(edit_kargs(split_kargs(before), KargsEdit(**{option: [argument]}))) == after


REFUSED = [
    ("a b", "delete", "c", "No key 'c' found"),
    ("a b", "delete", "c=1", "No key 'c' found"),
    ("a=1 b", "delete", "a=2", "No karg 'a=2' found"),
    ("a b", "delete", "a=", "No karg 'a=' found"),
    ("a=1 a=2", "delete", "a", "Multiple values for key 'a' found"),
    ("a=1 a=1", "delete", "a", "Multiple values for key 'a' found"),
    ("a b", "replace", "c=1", "No key 'c' found"),
    ("a b", "replace", "c", "No key 'c' found"),
    ("a=1 a=2", "replace", "a=3", "Multiple values for key 'a' found"),
    ("a=1 a=2", "replace", "a", "Multiple values for key 'a' found"),
    ("a=1 a=2", "replace", "a=3=4", "No karg 'a=3' found"),
]


@pytest.mark.parametrize(("before", "option", "argument", "words"), REFUSED)
def test_what_does_not_fit_is_refused_in_the_genuine_tool_s_words(before, option, argument, words):
    with pytest.raises(ValueError, match="found") as caught:
        edit_kargs(split_kargs(before), KargsEdit(**{option: [argument]}))
    assert str(caught.value) == words


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("a=1\nb", "one line"),
        ("a\n", "one line"),
        ("a\0b", "one line"),
        ("", "must not be empty"),
        (" \t", "must not be empty"),
        ("ostree=/x", "belongs to the boot entry"),
        ("a ostree=/x", "belongs to the boot entry"),
        ("ostree", "belongs to the boot entry"),
    ],
)
def test_no_option_takes_what_would_break_the_boot_entry(option, argument, complaint):
    with pytest.raises(ValueError, match=complaint):
        edit_kargs(("a=1", "a"), KargsEdit(**{option: [argument]}))


def test_the_order_is_delete_replace_append_append_if_missing_delete_if_present():
    edit = KargsEdit(
        delete_if_present=["gone"],
        append_if_missing=["b=2", "gone"],
        append=["b=2", "a=3"],
        replace=["b=1=9"],
        delete=["a=1"],
    )
    assert edit_kargs(("a=1", "b=1"), edit) == ("b=9", "b=2", "a=3")


def test_arguments_of_one_option_are_applied_in_their_order():
    edit = KargsEdit(replace=["a=1=2", "a=2=3"], append=["x", "y"])
    assert edit_kargs(("a=1", "z"), edit) == ("a=3", "z", "x", "y")


def test_one_bad_edit_among_good_ones_refuses_all():
    before = ("a",)
    with pytest.raises(ValueError, match="No key 'b' found"):
        edit_kargs(before, KargsEdit(delete=["a", "b"], append=["c"]))
    assert before == ("a",)


@pytest.mark.parametrize("option", ["append_if_missing", "delete_if_present"])
@pytest.mark.parametrize("argument", ["a=1", "new", "new=1=2", 'q="x y"'])
def test_idempotent_options_do_nothing_the_second_time(option, argument):
    edit = KargsEdit(**{option: [argument, argument]})
    once = edit_kargs(("a=1", "b"), edit)
    assert edit_kargs(once, edit) == once
    assert once.count(argument) == (option == "append_if_missing")


def test_no_edit_is_false_and_changes_nothing():
    assert not KargsEdit()
    assert edit_kargs(("a", "a"), KargsEdit()) == ("a", "a")
    assert all(KargsEdit(**{option: ["a"]}) for option in OPTIONS)
