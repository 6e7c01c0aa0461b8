"""ostree's metadata objects, against what the real ostree writes and accepts."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from rpmostree.model import gvariant, objects
from rpmostree.model.gvariant import BadVariant, Variant
from rpmostree.model.objects import BadObject, Commit, DirMeta, DirTree

SHA = "ab" * 32
OTHER = "cd" * 32


class Repo:
    """A repository of the real ostree in a temporary directory."""

    def __init__(self, path):
        self.path = path / "repo"
        self.work = path
        self.run("init", "--mode=bare-user")

    def run(self, *args):
        command = ["ostree", *args, f"--repo={self.path}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, tree, *args):
        options = ["--owner-uid=0", "--owner-gid=0", "--no-xattrs", "--canonical-permissions"]
        return self.run("commit", "--branch=test", f"--tree=dir={tree}", *options, *args)

    def locate(self, checksum, kind):
        return self.path / "objects" / checksum[:2] / f"{checksum[2:]}.{kind}"

    def read(self, checksum, kind):
        return self.locate(checksum, kind).read_bytes()

    def write(self, data, kind):
        checksum = objects.digest(data)
        place = self.locate(checksum, kind)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
        return checksum

    def read_root(self, commit):
        return objects.parse_commit(self.read(commit, "commit")).root_tree

    def load(self, checksum):
        return objects.parse_dirtree(self.read(checksum, "dirtree"))

    def store(self, tree):
        return self.write(objects.serialise_dirtree(tree), "dirtree")


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path)


def plant(root, files):
    """Make a directory of files: path to content; a path ending in / is an empty directory."""
    for path, content in files.items():
        place = root / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)
    return root


def test_objects_of_ostree_are_read_and_written_back(repo):
    tree = plant(
        repo.work / "tree", {"b": "1", "a-b": "2", "a": "3", "é/x": "4", "Z/": "", "usr/a": "5"}
    )
    values = {
        "rpmostree.inputhash": (Variant("s", "it's \\ \n\x01é"), '"it\'s \\\\ \\n\\u0001é"'),
        "n": (Variant("u", 6), "uint32 6"),
        "big": (Variant("t", 1 << 40), "uint64 1099511627776"),
        "empty": (Variant("as", []), "@as []"),
        "bytes": (Variant("ay", b"a'\"\xff\0"), 'b"a\'\\"\\377"'),
        "raw": (Variant("ay", b"\1\2"), "[byte 0x01, 0x02]"),
        "deep": (
            Variant("a{sv}", {"k": Variant("a(sssss)", [("n", "0", "1", "2", "noarch")])}),
            "{'k': <[('n', '0', '1', '2', 'noarch')]>}",
        ),
        "maybe": (Variant("ms", None), "@ms nothing"),
    }
    texts = [f"--add-metadata={key}={text}" for key, (_, text) in values.items()]
    first = repo.commit(tree, "--subject=Sübject", "--body=the\nbody", "--timestamp=@86400", *texts)
    checksum = repo.commit(tree)
    data = repo.read(first, "commit")
    commit = objects.parse_commit(data)
    assert (commit.subject, commit.body, commit.timestamp) == ("Sübject", "the\nbody", 86400)
    assert (commit.parent, commit.related) == (None, ())
    for key, (value, _) in values.items():
        assert commit.get(key, little=sys.byteorder == "little") == value
    assert objects.serialise_commit(commit) == data
    assert commit.checksum() == first
    assert objects.parse_commit(repo.read(checksum, "commit")).parent == first
    check_trees(repo, commit)


def check_trees(repo, commit):
    meta = objects.parse_dirmeta(repo.read(commit.root_meta, "dirmeta"))
    assert meta == DirMeta(0, 0, 0o40755)
    assert meta.checksum() == commit.root_meta
    root = repo.load(commit.root_tree)
    assert list(root.files) == ["a", "a-b", "b"]
    assert list(root.dirs) == ["Z", "usr", "é"]
    assert root.checksum() == commit.root_tree
    assert objects.serialise_dirtree(root) == repo.read(commit.root_tree, "dirtree")


def test_ostree_accepts_our_objects(repo):
    content = repo.commit(plant(repo.work / "tree", {"file": "content"}))
    root = repo.load(repo.read_root(content))
    xattrs = ((b"user.z", b"1"), (b"user.a", b"\0"))
    meta = repo.write(objects.serialise_dirmeta(DirMeta(0, 0, 0o40700, xattrs)), "dirmeta")
    below = repo.store(DirTree({"deep": root.files["file"]}))
    tree = repo.store(
        DirTree({"é": root.files["file"], "Z": root.files["file"]}, {"usr": (below, meta)})
    )
    metadata = gvariant.pack(
        "a{sv}", {"version": Variant("s", "1.2"), "n": Variant("u", 6)}, little=False
    )
    commit = Commit(metadata, content, (), "Ours", "Its body", 86400, tree, meta)
    ours = repo.write(objects.serialise_commit(commit), "commit")
    assert ours == commit.checksum()
    shown = repo.run("show", ours)
    assert "Ours" in shown
    assert "Version: 1.2" in shown
    assert "1970-01-02" in shown
    assert "6" in repo.run("show", "--print-metadata-key=n", ours)
    repo.run("refs", ours, "--create=ours")
    repo.run("fsck")
    listed = repo.run("ls", "-R", ours)
    assert [line.split()[-1] for line in listed.splitlines()] == [
        "/",
        "/Z",
        "/é",
        "/usr",
        "/usr/deep",
    ]


BASE = {
    "both/base": "1",
    "both/same": "1",
    "both/deep/a": "1",
    "both/deep/gone": "1",
    "dir-to-file/x": "1",
    "file-to-dir": "1",
    "hidden/base": "1",
    "hidden/sub/base": "1",
    "kept/a/b": "1",
    "emptied/x": "1",
    "removed/x": "1",
    "top": "1",
}
UPPER = {
    "both/same": "2",
    "both/deep/b": "2",
    "both/deep/never": "2",
    "dir-to-file": "2",
    "file-to-dir/y": "2",
    "hidden/sub/upper": "2",
    "new/a": "2",
    "new/gone/b": "2",
}
DELETIONS = [
    "both/deep/gone",
    "both/deep/never",
    "emptied/x",
    "removed",
    "new/gone",
    "not/there",
    "top",
]
MERGED = {
    "both/base": "1",
    "both/same": "2",
    "both/deep/a": "1",
    "both/deep/b": "2",
    "dir-to-file": "2",
    "file-to-dir/y": "2",
    "hidden/sub/upper": "2",
    "kept/a/b": "1",
    "emptied/": "",
    "new/a": "2",
}


def test_graft_gives_what_ostree_gives_for_the_merged_directory(repo):
    trees = {"base": BASE, "upper": UPPER, "merged": MERGED}
    roots = {
        name: repo.read_root(repo.commit(plant(repo.work / name, files)))
        for name, files in trees.items()
    }
    found = objects.graft(
        roots["base"], roots["upper"], repo.load, repo.store, DELETIONS, opaque=["hidden"]
    )
    assert found == roots["merged"]


class Store:
    """Dirtrees in memory, and which of them were loaded."""

    def __init__(self):
        self.trees, self.loaded, self.stored = {}, [], []

    def put(self, files=(), **dirs):
        return self.keep(
            DirTree(dict.fromkeys(files, SHA), {n: (t, OTHER) for n, t in dirs.items()})
        )

    def keep(self, tree):
        self.trees[tree.checksum()] = tree
        return tree.checksum()

    def load(self, checksum):
        self.loaded.append(checksum)
        return self.trees[checksum]

    def store(self, tree):
        self.stored.append(tree)
        return self.keep(tree)

    def graft(self, base, upper, *rest):
        return objects.graft(base, upper, self.load, self.store, *rest)


def test_graft_loads_touched_directories_only():
    store = Store()
    kept, added = store.put(["kept"]), store.put(["added"])
    base = store.put(kept=kept, usr=store.put(["a"], lib=kept))
    upper = store.put(usr=store.put(["b"]), new=added)
    root = store.graft(base, upper)
    assert kept not in store.loaded
    assert added not in store.loaded
    assert store.trees[root].dirs["kept"] == (kept, OTHER)
    assert store.trees[store.trees[root].dirs["usr"][0]].files.keys() == {"a", "b"}


def test_graft_takes_the_dirmeta_of_the_upper():
    store = Store()
    usr = store.put(["a"])
    base = store.keep(DirTree({}, {"usr": (usr, SHA)}))
    upper = store.keep(DirTree({}, {"usr": (store.put(), OTHER)}))
    assert store.trees[store.graft(base, upper)].dirs == {"usr": (usr, OTHER)}


def test_graft_of_nothing_gives_the_base_and_stores_nothing():
    store = Store()
    base = store.put(["a"], usr=store.put(["b"]))
    assert store.graft(base, store.put()) == base
    assert store.graft(base, base) == base
    assert store.graft(base, store.put(), ["usr/none", "none/at/all", "a/b"]) == base
    assert store.stored == []


def test_graft_with_an_opaque_root_gives_the_upper():
    store = Store()
    upper = store.put(["b"])
    assert store.graft(store.put(["a"]), upper, (), [""]) == upper


def test_graft_ignores_opaque_where_the_upper_has_no_directory():
    store = Store()
    base = store.put(usr=store.put(["a"]))
    assert store.graft(base, store.put(), (), ["usr"]) == base


@pytest.mark.parametrize("path", ["", "/usr", "usr/", "usr//bin", "../x", "usr/./bin"])
def test_graft_refuses_paths_which_are_not_relative_and_plain(path):
    store = Store()
    with pytest.raises(BadObject):
        store.graft(store.put(), store.put(), [path])


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "é" * 128])
def test_bad_names_are_refused(name):
    for tree in (DirTree({name: SHA}), DirTree({}, {name: (SHA, SHA)})):
        with pytest.raises(BadVariant):
            objects.serialise_dirtree(tree)
    row = gvariant.join("(say)", [name.encode() + b"\0", bytes(32)])
    data = gvariant.join(objects.DIRTREE_TYPE, [gvariant.join("a(say)", [row]), b""])
    with pytest.raises(BadVariant):
        objects.parse_dirtree(data)


@pytest.mark.parametrize("names", [["b", "a"], ["a", "a"]])
def test_names_out_of_order_or_twice_are_refused(names):
    rows = [(name, bytes(32)) for name in names]
    with pytest.raises(BadObject):
        objects.parse_dirtree(gvariant.pack(objects.DIRTREE_TYPE, (rows, []), little=False))


@pytest.mark.parametrize("checksum", ["", "ab", SHA.upper(), SHA + "00", "z" * 64])
def test_bad_checksums_are_refused(checksum):
    with pytest.raises(BadObject):
        objects.serialise_dirtree(DirTree({"a": checksum}))


def test_a_name_of_both_kinds_is_refused():
    with pytest.raises(BadObject):
        objects.serialise_dirtree(DirTree({"a": SHA}, {"a": (SHA, SHA)}))


@pytest.mark.parametrize("mode", [0o100644, 0o755, 0o240755])
def test_modes_of_no_directory_are_refused(mode):
    with pytest.raises(BadObject):
        objects.serialise_dirmeta(DirMeta(0, 0, mode))


def test_dirmeta_is_big_endian_and_its_attributes_are_sorted():
    meta = DirMeta(1, 2, 0o40755, ((b"user.b", b"2"), (b"user.a", b"1")))
    data = objects.serialise_dirmeta(meta)
    assert data[:12] == b"\0\0\0\1\0\0\0\2\0\0\x41\xed"
    assert objects.parse_dirmeta(data).xattrs == ((b"user.a", b"1"), (b"user.b", b"2"))


def make_commit(little, **values):
    named = {f"rpmostree.{key}": value for key, value in values.items()}
    metadata = gvariant.pack("a{sv}", named, little=little)
    return Commit(metadata, None, (("r", SHA),), "s", "", 1, SHA, OTHER)


def test_the_order_of_metadata():
    number = Variant("u", 6)
    composed = make_commit(False, inputhash=Variant("s", "x"), n=number)
    layered = make_commit(sys.byteorder == "little", clientlayer=Variant("b", True), n=number)
    plain = make_commit(sys.byteorder == "little", n=number)
    assert objects.metadata_order(composed) == "big"
    assert objects.metadata_order(layered) == objects.metadata_order(plain) == sys.byteorder
    for commit in (composed, layered, plain):
        assert commit.get("rpmostree.n") == number
        assert commit.get("rpmostree.absent") is None
        assert objects.parse_commit(objects.serialise_commit(commit)) == commit
    assert [c.looks_client_side() for c in (composed, layered, plain)] == [False, True, False]


def test_damaged_objects_are_refused_as_bad_variants():
    commit = make_commit(True, n=Variant("u", 6))
    tree, meta = DirTree({"a": SHA}, {"b": (SHA, SHA)}), DirMeta(0, 0, 0o40755, ((b"a", b"b"),))
    cases = [
        (objects.parse_commit, objects.serialise_commit(commit)),
        (objects.parse_dirtree, objects.serialise_dirtree(tree)),
        (objects.parse_dirmeta, objects.serialise_dirmeta(meta)),
    ]
    for parse, data in cases:
        cuts = [data[:length] for length in range(len(data))]
        flips = [data[:place] + b"\xfe" + data[place + 1 :] for place in range(len(data))]
        accepted = [each for each in cuts + flips if is_accepted(parse, each)]
        assert not {data[:-1], data[:-2], b""} & set(accepted)


def is_accepted(parse, data):
    """Whether it parses; any other error than BadVariant is the test's failure."""
    try:
        parse(data)
    except BadVariant:
        return False
    return True


def test_a_commit_without_its_checksums_is_refused():
    with pytest.raises(BadObject):
        objects.serialise_commit(replace(make_commit(True), root_tree=""))


def test_a_commit_with_many_packages_is_read_in_milliseconds():
    packages = [(f"package{i}", "0", f"1.{i}", "3.fc40", "x86_64") for i in range(2500)]
    pkglist = {"rpmdb.pkglist": Variant("a(sssss)", packages)}
    data = objects.serialise_commit(make_commit(True, **pkglist))
    took = []
    for _ in range(5):
        start = time.perf_counter()
        found = objects.parse_commit(data).get("rpmostree.rpmdb.pkglist")
        took.append(time.perf_counter() - start)
        assert found is not None
        assert found.value == packages
    assert min(took) < 0.015
