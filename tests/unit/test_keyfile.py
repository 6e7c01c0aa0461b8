"""Key files as GLib reads and writes them."""

import pytest

from rpmostree.model.keyfile import KeyFile, parse_keyfile

SAMPLE = """\
[origin]
refspec=fedora:stable
unknown=a\\sb;c

[vendor extras]
key[de]=Wert = mit Gleich
"""


def test_what_is_not_touched_comes_out_as_it_went_in():
    keys = parse_keyfile(SAMPLE)
    assert str(keys) == SAMPLE
    changed = keys.put("origin", "refspec", "other").put("new", "flag", True)
    assert str(changed) == SAMPLE.replace("fedora:stable", "other") + "\n[new]\nflag=true\n"
    assert str(keys) == SAMPLE, "a KeyFile is a value"


def test_blank_lines_comments_and_spaces_round_the_key_are_no_content():
    text = "# first\n\n  [a]  \r\n#c=1\n\tk \t= v \r\n  # x\n[b]\n[a]\nl=\n"
    keys = parse_keyfile(text)
    assert keys.groups == {"a": {"k": "v ", "l": ""}, "b": {}}
    assert keys.text("a", "l") == ""


@pytest.mark.parametrize("char", ["\v", "\f", "\x1c", "\x1e", "\x85", "\u2028", "\u00a0"])
def test_only_a_newline_ends_a_line(char):
    keys = KeyFile().put("g", "k", f"a{char}b{char}")
    assert parse_keyfile(str(keys)).text("g", "k") == f"a{char}b{char}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("key=value\n", 1),
        ("[a]\n\nno equals\n", 3),
        ("[a]\n# c\n=value\n", 3),
        ("[a]\nk=v\n[]\n", 3),
        ("[a]\n[b\n", 2),
        ("[a]\r\nx\r\n", 2),
        ("\0\0\0", 1),
    ],
)
def test_damage_is_refused_naming_the_line(text, line):
    with pytest.raises(ValueError, match=rf"^line {line}: "):
        parse_keyfile(text)


TEXTS = [
    "plain",
    "a;b",
    "back\\slash",
    "\\",
    "\\n",
    "two\nlines",
    "\ttab",
    " lead",
    "  two",
    "end ",
    "é=#[x]",
]


@pytest.mark.parametrize("value", TEXTS)
def test_strings_survive(value):
    keys = KeyFile().put("g", "k", value)
    assert keys.text("g", "k") == value
    written = str(keys)
    assert written.count("\n") == 2
    assert parse_keyfile(written).text("g", "k") == value


@pytest.mark.parametrize("values", [["a"], ["a", "b"], TEXTS, [";"], ["\\;", ";\\"], ["a;", "b"]])
def test_lists_survive(values):
    keys = KeyFile().put("g", "k", values)
    assert keys.strings("g", "k") == tuple(values)
    assert parse_keyfile(str(keys)).strings("g", "k") == tuple(values)


def test_the_form_of_a_list():
    assert str(KeyFile().put("g", "k", ["a;b", "c"])) == "[g]\nk=a\\;b;c;\n"


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        *(("a;b;", ("a", "b")), ("a;b", ("a", "b")), ("a\\;b;", ("a;b",))),
        *(("a\\\\;b", ("a\\", "b")), ("", ()), (";", ()), ("a\\sb;\\tc", ("a b", "\tc"))),
    ],
)
def test_lists_that_others_wrote(raw, values):
    assert parse_keyfile(f"[g]\nk={raw}\n").strings("g", "k") == values


@pytest.mark.parametrize(
    ("raw", "text"), [("a\\qb", "a\\qb"), ("end\\", "end\\"), ("\\s\\\\", " \\")]
)
def test_an_escape_that_is_none_is_kept(raw, text):
    assert parse_keyfile(f"[g]\nk={raw}\n").text("g", "k") == text


@pytest.mark.parametrize(
    ("raw", "flag"),
    [("true", True), ("1", True), ("true ", True), ("false", False), ("0", False), ("yes", False)],
)
def test_flags(raw, flag):
    assert parse_keyfile(f"[g]\nk={raw}\n").flag("g", "k") is flag


def test_what_is_not_there():
    keys = parse_keyfile("[a]\nk=v\n")
    for group, key in (("a", "x"), ("x", "k")):
        assert keys.text(group, key) is None
        assert keys.flag(group, key) is False
        assert keys.strings(group, key) == ()
        assert str(keys.put(group, key, None)) == str(keys)
        assert str(keys.without("x")) == str(keys)


@pytest.mark.parametrize("nothing", [None, False, [], ()])
def test_nothing_removes_a_key_and_the_last_key_its_group(nothing):
    keys = parse_keyfile("[a]\nk=v\nl=w\n[b]\nk=v\n")
    assert str(keys.put("a", "k", nothing)) == "[a]\nl=w\n\n[b]\nk=v\n"
    assert str(keys.put("b", "k", nothing)) == "[a]\nk=v\nl=w\n"


def test_a_whole_group_goes():
    assert str(parse_keyfile(SAMPLE).without("origin")).startswith("[vendor extras]\n")
