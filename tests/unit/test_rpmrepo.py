"""Repositories as .repo files declare them."""

import configparser

import pytest

from rpmostree.model.rpmrepo import RpmRepo, parse_repos, substitute, write_repos

SAMPLE = """\
# a comment
[main]
gpgcheck=0

[fedora]
name = Fedora $releasever - $basearch
  ; another comment
BaseURL=https://a.invalid/$releasever/
\thttps://b.invalid/${basearch}x/$unknown/
gpgkey=file:///etc/pki/a,
       file:///etc/pki/b
enabled=1
empty=

[local]
name=with = equals # and no comment
baseurl=file:///srv/repo
enabled=0
"""


def one(**options):
    return RpmRepo("id", {key: str(value) for key, value in options.items()})


def test_sections_comments_and_continuation_lines():
    fedora, local = parse_repos(SAMPLE)
    assert (fedora.id, local.id) == ("fedora", "local")
    assert fedora.options == {
        "name": "Fedora $releasever - $basearch",
        "baseurl": "https://a.invalid/$releasever/ https://b.invalid/${basearch}x/$unknown/",
        "gpgkey": "file:///etc/pki/a, file:///etc/pki/b",
        "enabled": "1",
        "empty": "",
    }
    assert local.options["name"] == "with = equals # and no comment"
    assert fedora.keys == ("file:///etc/pki/a", "file:///etc/pki/b")
    assert (fedora.enabled, local.enabled) == (True, False)


def test_variables():
    fedora = substitute(parse_repos(SAMPLE)[0], {"releasever": "40", "basearch": "x86_64"})
    assert fedora.options["name"] == "Fedora 40 - x86_64"
    assert fedora.options["baseurl"] == (
        "https://a.invalid/40/ https://b.invalid/x86_64x/$unknown/"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("key=value\n", 1),
        ("[a]\nno equals\n", 2),
        ("\n# c\n  [a\n", 3),
        ("[a]\n  continued nothing\n", 2),
        ("[a]\nname=x\n[b]\n  belongs to nobody\n", 4),
    ],
)
def test_damage_is_refused_naming_the_line(text, line):
    with pytest.raises(ValueError, match=rf"^line {line}: "):
        parse_repos(text)


def test_an_indented_key_at_the_head_of_a_section_is_a_key():
    assert parse_repos("[a]\n  name=x\n[b]\n  name=y\n") == (
        RpmRepo("a", {"name": "x"}),
        RpmRepo("b", {"name": "y"}),
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", "[main]\nkeepcache=1\n"])
def test_no_repository(text):
    assert parse_repos(text) == ()


BOOLEANS = [("1", True), ("yes", True), ("True", True), (" ON ", True)]
BOOLEANS += [("0", False), ("no", False), ("FALSE", False), ("off", False)]


@pytest.mark.parametrize(("text", "value"), BOOLEANS)
def test_booleans(text, value):
    assert one(enabled=text).enabled is value
    assert one(gpgcheck=text).signed is value


@pytest.mark.parametrize("repo", [one(), one(enabled="", gpgcheck=""), one(gpgcheck="flase")])
def test_a_repository_is_enabled_and_its_packages_signed_unless_the_file_says_no(repo):
    assert repo.enabled
    assert repo.signed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("0", 0), ("90", 90), ("90s", 90), ("5m", 300), ("6h", 21600), ("2d", 172800)),
        *(("1w", 604800), ("6H", 21600), ("-1", float("inf")), ("never", float("inf"))),
        *(("", 172800), ("soon", 172800), ("5 parsecs", 172800)),
    ],
)
def test_metadata_expire(text, seconds):
    assert one(metadata_expire=text).expires_after == seconds


def test_metadata_expires_after_two_days_if_nothing_is_said():
    assert one().expires_after == 48 * 3600


@pytest.mark.parametrize(
    ("baseurl", "path"),
    [
        ("file:///srv/repo", "/srv/repo"),
        ("file:///a file:///b", "/a"),
        ("file:///a,file:///b", "/a"),
        ("https://a.invalid/ file:///b", None),
        ("", None),
    ],
)
def test_local_path(baseurl, path):
    assert one(baseurl=baseurl).local_path == path
    assert one().local_path is None


def test_keys_are_separated_by_blanks_or_commas():
    assert one(gpgkey="/a, /b\t/c,/d").keys == ("/a", "/b", "/c", "/d")
    assert one().keys == ()


def test_what_is_written_is_read_again():
    repos = parse_repos(SAMPLE)
    text = write_repos(repos, {"reposdir": "/dev/null", "gpgcheck": "1"})
    assert parse_repos(text) == repos
    others = configparser.RawConfigParser()
    others.read_string(text)
    assert others.sections() == ["main", "fedora", "local"]
    assert dict(others["main"]) == {"reposdir": "/dev/null", "gpgcheck": "1"}
