"""The metadata of layered commits, as the real ostree reads it."""

import dataclasses
import subprocess
from dataclasses import replace

import pytest

from rpmostree.model import gvariant, objects
from rpmostree.model.gvariant import Variant
from rpmostree.model.layered import (
    Layering,
    RepoState,
    base_checksum,
    is_layered,
    layered_metadata,
    pkglist_variant,
    read_pkglist,
    text_value,
    texts_value,
)
from rpmostree.model.nevra import Nevra
from rpmostree.model.objects import Commit
from rpmostree.model.overrides import Replacement

BASE_SHA = "ab" * 32
FOO = Nevra("foo", 2, "1.0", "1.fc40", "x86_64")
BAR = Nevra("bar", 0, "3~rc1", "2", "noarch")
OLD = Nevra("bar", 0, "2", "1", "noarch")
EMPTY = Layering((), (), (), (), (), "0" * 128, None)
FULL = Layering(
    packages=("foo", "perl(A::B)"),
    removed=(FOO,),
    replaced=(),
    installed=(FOO, BAR),
    repos=(RepoState("fedora", 1_700_000_000),),
    state="ab" * 64,
    kernel="6.1.0",
)
# What the genuine tool writes into every layered commit, whatever was layered.
TYPES = {
    "rpmostree.clientlayer": "b",
    "rpmostree.clientlayer_version": "u",
    "rpmostree.packages": "as",
    "rpmostree.modules": "as",
    "rpmostree.removed-base-packages": "av",
    "rpmostree.replaced-base-packages": "a(vv)",
    "rpmostree.replaced-base-remote-packages": "a{sv}",
    "rpmostree.rpmdb.pkglist": "a(sssss)",
    "rpmostree.rpmmd-repos": "aa{sv}",
    "rpmostree.state-sha512": "s",
}
BOOTABLE = {"ostree.linux": "s", "ostree.bootable": "b"}


def make_commit(metadata, parent=None):
    packed = (
        metadata if isinstance(metadata, bytes) else gvariant.pack("a{sv}", metadata, little=True)
    )
    return Commit(packed, parent, (), "", "", 1_700_000_000, "0" * 64, "0" * 64)


PLAIN_BASE = make_commit({})
BASE = make_commit({"version": Variant("s", "40.1")})


def make_layered(layering, base=BASE):
    return make_commit(layered_metadata(base, layering), BASE_SHA)


def test_replacements_are_told_by_where_they_come_from():
    replaced = (Replacement(OLD, BAR), Replacement(OLD, BAR, "repo=fresh"))
    commit = make_layered(dataclasses.replace(FULL, replaced=replaced))
    new = ("bar-3~rc1-2.noarch", "bar", 0, "3~rc1", "2", "noarch")
    old = ("bar-2-1.noarch", "bar", 0, "2", "1", "noarch")
    ((made, base),) = commit.get("rpmostree.replaced-base-packages").value
    assert (made.type, made.value, base.value) == ("(sstsss)", new, old)
    by_source = commit.get("rpmostree.replaced-base-remote-packages").value
    ((made, base),) = by_source["repo=fresh"].value
    assert (list(by_source), made.value, base.value) == (["repo=fresh"], new, old)


@pytest.mark.parametrize(
    ("base", "layering", "types"),
    [
        (PLAIN_BASE, EMPTY, TYPES),
        (BASE, EMPTY, {"version": "s"} | TYPES),
        (PLAIN_BASE, FULL, TYPES | BOOTABLE),
    ],
)
def test_every_key_has_its_type_even_when_there_is_nothing_to_say(base, layering, types):
    commit = make_layered(layering, base)
    assert sorted(gvariant.keys(commit.metadata)) == sorted(types)
    assert {key: commit.get(key).type for key in types} == types


def test_nothing_is_said_by_empty_lists():
    commit = make_layered(EMPTY)
    empty = [key for key, kind in TYPES.items() if kind[0] == "a"]
    assert all(not commit.get(key).value for key in empty)
    assert commit.get("rpmostree.clientlayer") == Variant("b", True)
    assert commit.get("rpmostree.clientlayer_version") == Variant("u", 6)


def test_the_values():
    commit = make_layered(FULL)
    rows = [("bar", "0", "3~rc1", "2", "noarch"), ("foo", "2", "1.0", "1.fc40", "x86_64")]
    full = ("foo-2:1.0-1.fc40.x86_64", "foo", 2, "1.0", "1.fc40", "x86_64")
    repo = {"id": Variant("s", "fedora"), "timestamp": Variant("t", 1_700_000_000)}
    expected = {
        "version": "40.1",
        "rpmostree.packages": ["foo", "perl(A::B)"],
        "rpmostree.removed-base-packages": [Variant("(sstsss)", full)],
        "rpmostree.rpmdb.pkglist": rows,
        "rpmostree.rpmmd-repos": [repo],
        "rpmostree.state-sha512": "ab" * 64,
        "ostree.linux": "6.1.0",
        "ostree.bootable": True,
    }
    assert {key: commit.get(key).value for key in expected} == expected


def test_same_input_same_bytes_whatever_the_order_of_the_packages():
    shuffled = replace(FULL, installed=FULL.installed[::-1])
    assert layered_metadata(BASE, shuffled) == layered_metadata(BASE, FULL)


def test_the_list_of_packages_is_read_again():
    assert read_pkglist(make_layered(FULL)) == (BAR, FOO)
    assert read_pkglist(make_layered(EMPTY)) == ()
    composed = gvariant.pack(
        "a{sv}", {"rpmostree.rpmdb.pkglist": pkglist_variant([FOO])}, little=False
    )
    assert read_pkglist(make_commit(composed)) == (FOO,)


@pytest.mark.parametrize(
    "value", [None, Variant("s", "x"), Variant("a(ssss)", []), Variant("as", [])]
)
def test_a_commit_that_does_not_list_its_packages(value):
    metadata = {} if value is None else {"rpmostree.rpmdb.pkglist": value}
    assert read_pkglist(make_commit(metadata)) is None


@pytest.mark.parametrize(
    ("value", "text", "texts"),
    [
        (None, None, ()),
        (Variant("s", "x"), "x", ()),
        (Variant("as", ["x", "y"]), None, ("x", "y")),
        (Variant("as", []), None, ()),
        (Variant("u", 6), None, ()),
        (Variant("av", [Variant("s", "x")]), None, ()),
        (Variant("ay", b"x"), None, ()),
    ],
)
def test_texts_of_the_metadata(value, text, texts):
    commit = make_commit({} if value is None else {"k": value})
    assert text_value(commit, "k") == text
    assert texts_value(commit, "k") == texts


def test_a_layered_commit_stands_on_its_parent_and_a_base_on_itself():
    layered = make_layered(EMPTY)
    assert is_layered(layered)
    assert base_checksum(layered, "cd" * 32) == BASE_SHA
    base = replace(BASE, parent="ef" * 32)  # the base before, which it does not stand on
    assert not is_layered(base)
    assert base_checksum(base, "cd" * 32) == "cd" * 32


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A repository that holds FULL as a commit; returns a function which asks ostree about it."""
    repo = tmp_path_factory.mktemp("layered") / "repo"
    subprocess.run(["ostree", "init", "--mode=bare-user", f"--repo={repo}"], check=True)

    def store(data, kind):
        checksum = objects.digest(data)
        place = repo / "objects" / checksum[:2] / f"{checksum[2:]}.{kind}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
        return checksum

    tree = store(objects.serialise_dirtree(objects.DirTree()), "dirtree")
    meta = store(objects.serialise_dirmeta(objects.DirMeta(0, 0, 0o040755)), "dirmeta")
    base = store(objects.serialise_commit(replace(BASE, root_tree=tree, root_meta=meta)), "commit")
    layered = replace(make_layered(FULL), parent=base, root_tree=tree, root_meta=meta)
    checksum = store(objects.serialise_commit(layered), "commit")

    def ask(*words):
        command = ["ostree", *words, f"--repo={repo}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    ask("refs", "--create=test", checksum)
    return ask


def test_the_real_ostree_accepts_the_commit(stored):
    assert "(1/2)" not in stored("fsck")
    raw = stored("show", "--raw", "test")
    for key in [*TYPES, *BOOTABLE, "version"]:
        assert f"'{key}': <" in raw
    assert "'rpmostree.packages': <['foo', 'perl(A::B)']>" in raw
    assert "'rpmostree.modules': <@as []>" in raw


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("version", "'40.1'"),
        ("rpmostree.clientlayer", "true"),
        ("rpmostree.clientlayer_version", "uint32 6"),
        ("rpmostree.packages", "['foo', 'perl(A::B)']"),
        ("rpmostree.modules", "@as []"),
        ("rpmostree.replaced-base-packages", "@a(vv) []"),
        ("rpmostree.replaced-base-remote-packages", "@a{sv} {}"),
        (
            "rpmostree.removed-base-packages",
            "[<('foo-2:1.0-1.fc40.x86_64', 'foo', uint64 2, '1.0', '1.fc40', 'x86_64')>]",
        ),
        (
            "rpmostree.rpmdb.pkglist",
            "[('bar', '0', '3~rc1', '2', 'noarch'), ('foo', '2', '1.0', '1.fc40', 'x86_64')]",
        ),
        ("rpmostree.rpmmd-repos", "[{'id': <'fedora'>, 'timestamp': <uint64 1700000000>}]"),
        ("ostree.linux", "'6.1.0'"),
        ("ostree.bootable", "true"),
    ],
)
def test_the_real_ostree_reads_each_value(stored, key, text):
    assert stored("show", "-B", f"--print-metadata-key={key}", "test") == text
