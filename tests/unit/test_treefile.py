"""Treefiles: merging, variables, versions, and what is said of a wrong one."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rpmostree.base.errors import BadInput
from rpmostree.model.treefile import Treefile, next_version, split_packages
from rpmostree.model.treefile_parse import load_treefile

TOP = Path("/manifests")


def load(files: Mapping[str, str], name: str = "main.yaml") -> Treefile:
    texts = {TOP / path: text for path, text in files.items()}
    return load_treefile(texts.__getitem__, TOP / name, "x86_64")


def test_a_plain_one() -> None:
    treefile = load({"main.yaml": "ref: os/${basearch}/a\nrepos: [base]\npackages: [bash, a b]\n"})
    assert treefile.ref == "os/x86_64/a"
    assert treefile.packages == ("bash", "a", "b")
    assert (treefile.selinux, treefile.recommends, treefile.boot_location) == (True, True, "new")


def test_included_lists_come_first_and_scalars_of_the_includer_win() -> None:
    treefile = load(
        {
            "main.yaml": "include: sub/base.yaml\nref: mine\npackages: [c, a]\n"
            "postprocess: [second]\nadd-commit-metadata: {k: mine}\n",
            "sub/base.yaml": "ref: base\nrepos: [r]\npackages: [a, b]\nselinux: false\n"
            "postprocess: [first]\nadd-commit-metadata: {k: base, j: base}\n"
            "add-files: [[f, /usr/f]]\n",
        }
    )
    assert treefile.ref == "mine"
    assert treefile.packages == ("a", "b", "c")
    assert treefile.postprocess == ("first", "second")
    assert treefile.selinux is False
    assert treefile.add_commit_metadata == {"k": "mine", "j": "base"}
    assert treefile.add_files == (("/manifests/sub/f", "/usr/f"),)


def test_only_the_own_architecture_is_included() -> None:
    treefile = load(
        {
            "main.yaml": "repos: [r]\npackages: [a]\npackages-x86_64: [x]\npackages-aarch64: [y]\n"
            "arch-include: {x86_64: one.yaml, aarch64: none.yaml}\n",
            "one.yaml": "packages: [one]\n",
        }
    )
    assert set(treefile.packages) == {"a", "x", "one"}


def test_the_new_edition_has_other_defaults() -> None:
    treefile = load({"main.yaml": 'edition: "2024"\nrepos: [r]\n'})
    assert (treefile.boot_location, treefile.tmp_is_dir) == ("modules", True)


def test_old_spellings_are_understood() -> None:
    assert (
        load({"main.yaml": "repos: [r]\ndefault_target: x.target\n"}).default_target == "x.target"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repos: [r]\npakages: [a]\n", "main.yaml:2: pakages: unknown key"),
        ("repos: [r]\nselinux: maybe\n", "main.yaml:2: selinux: must be true or false"),
        ("repos: [r]\n\npackages: bash\n", "main.yaml:3: packages: must be a list of strings"),
        ("repos: [r]\nboot-location: here\n", "main.yaml:2: boot-location: must be one of new"),
        ("repos: [r]\ngpg_key: a\ngpg-key: b\n", "main.yaml:3: gpg-key: the key is given twice"),
        ("repos: [r]\nopt-usrlocal: root\n", "main.yaml:2: opt-usrlocal: must be one of var"),
        ("repos: [r]\ncheck-passwd: {type: data}\n", "check-passwd: must be {type: none} or"),
        ("packages: [a]\n", "Treefile has no `repos`"),
        ("- a\n", "a treefile is a mapping"),
        ("a: [\n", "main.yaml"),
        ("repos: [r]\nref: a/${nope}\n", "variable ${nope} is not set"),
        ("include: main.yaml\n", "includes itself"),
        ("repos: [r]\nima: true\n", "main.yaml:2: ima: this key is not served yet"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        load({"main.yaml": text})
    assert said in str(caught.value)


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(BadInput) as caught:
        load({"main.yaml": "repos: [r]\npackges: [a]\n"})
    assert caught.value.hint == "did you mean packages?"


def test_json_may_hold_keys_of_others() -> None:
    assert load({"m.json": '{"repos": ["r"], "somebody-elses": 1}'}, "m.json").repos == ("r",)


@pytest.mark.parametrize(
    ("prefix", "previous", "today", "expected"),
    [
        ("12", None, "", "12"),
        ("12", "12", "", "12.1"),
        ("12", "12.9", "", "12.10"),
        ("13", "12.9", "", "13"),
        ("12", "12.x", "", "12"),
        ("7.<date:%Y>", None, "2026", "7.2026.0"),
        ("7.<date:%Y>", "7.2026.0", "2026", "7.2026.1"),
        ("7.<date:%Y>", "7.2025.4", "2026", "7.2026.0"),
    ],
)
def test_versions_count_up(prefix: str, previous: str | None, today: str, expected: str) -> None:
    assert next_version(prefix, ".", previous, today) == expected


def test_quotes_keep_a_rich_dependency_together() -> None:
    assert split_packages(["a b", "'(c if d)' e"]) == ["a", "b", "(c if d)", "e"]
