"""Packages as values."""

from pathlib import Path

import pytest

from rpmostree.model.nevra import parse_nevra
from rpmostree.model.package import FileFlag, Package, PackageFile

MODES = {"directory": 0o040755, "link": 0o120777, "file": 0o100644, "device": 0o020644}


def entry(path, mode=0o100644, flags=0):
    return PackageFile(path, mode, "root", "root", "", FileFlag(flags))


def package(*files, scripts=""):
    return Package(parse_nevra("foo-1-1.noarch"), Path("foo.rpm"), files, scripts)


@pytest.mark.parametrize("kind", MODES)
def test_kinds_of_files(kind):
    file = entry("/x", MODES[kind])
    assert (file.is_directory, file.is_link) == (kind == "directory", kind == "link")


@pytest.mark.parametrize(
    ("flags", "ghost"), [(0, False), (1, False), (64, True), (64 | 1 | 16, True), (1 << 12, False)]
)
def test_ghosts_by_the_numbers_of_rpm(flags, ghost):
    file = entry("/x", flags=flags)
    assert file.is_ghost is ghost
    assert (FileFlag.CONFIG in file.flags) is bool(flags & 1)


def test_below_takes_whole_names_and_not_the_top_itself():
    paths = ("/var", "/var/a", "/var/a/b", "/variant/c", "/run/d", "/usr/var/e")
    sample = package(*map(entry, paths))
    assert [f.path for f in sample.below("/var")] == ["/var/a", "/var/a/b"]
    assert [f.path for f in sample.below("/run", "/var")] == ["/var/a", "/var/a/b", "/run/d"]
    assert sample.below("/opt") == ()
    assert sample.below() == ()


def test_words_of_scriptlets():
    scripts = 'getent passwd dns.mas-q_1 >/dev/null || useradd -r "svc"\n%systemd_post a.service\n'
    words = package(scripts=scripts).script_words
    assert {"dns.mas-q_1", "svc", "useradd", "a.service", "passwd"} <= words
    assert not {"", "dns", '"svc"', ">/dev/null"} & words
    assert package().script_words == frozenset()


def test_a_file_given_by_hand_comes_from_no_repository():
    assert package().repo is None
