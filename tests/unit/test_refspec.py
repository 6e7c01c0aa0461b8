"""Refspecs, against what the real ostree takes for one."""

import subprocess

import pytest

from rpmostree.model.refspec import Refspec, is_checksum, parse_refspec

SHA = "0123456789abcdef" * 4
GOOD = [
    ("fedora:fedora/40/x86_64/silverblue", Refspec("fedora/40/x86_64/silverblue", "fedora")),
    ("local", Refspec("local")),
    ("a.b-c_d/e", Refspec("a.b-c_d/e")),
    ("my-remote.1:x", Refspec("x", "my-remote.1")),
    ("_r:_x", Refspec("_x", "_r")),
    ("a..b", Refspec("a..b")),
    ("é", Refspec("é")),
    (SHA, Refspec(SHA)),
    (f"fedora:{SHA}", Refspec(SHA, "fedora")),
]
BAD = ["", ":", "a:", ":a", "a:b:c", "a b", "a//b", "a/", "/a", "-a", "-r:a", ".a", "a/.b", "../a"]
BAD += ["a/../b", "r/s:a", "a+b", "r+:a", "a\n", "a^", "a=b", "a;b", "$(x)"]


@pytest.mark.parametrize(("text", "refspec"), GOOD)
def test_round_trip(text, refspec):
    assert parse_refspec(text) == refspec
    assert str(refspec) == text


def test_the_prefix_of_a_type_is_read_over():
    assert parse_refspec("ostree://fedora:a/b") == Refspec("a/b", "fedora")


@pytest.mark.parametrize("text", BAD)
def test_what_ostree_would_refuse_is_refused_by_name(text):
    with pytest.raises(ValueError, match="Invalid refspec") as caught:
        parse_refspec(text)
    assert repr(text) in str(caught.value)


def test_the_real_ostree_agrees(tmp_path):
    repo = f"--repo={tmp_path}"
    subprocess.run(["ostree", "init", "--mode=bare-user", repo], check=True)
    texts = [text for text, _ in GOOD if SHA not in text] + [
        b for b in BAD if b not in ("", "a^", "a\n")
    ]
    for text in texts:
        command = ["ostree", "rev-parse", repo, "--", text]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        invalid = "Invalid refspec" in done.stderr
        assert invalid == (text in BAD), (text, done.stderr)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((SHA, True), (SHA[:-1], False), (SHA + "0", False)),
        *((SHA.upper(), False), (SHA + "\n", False), ("", False)),
    ],
)
def test_checksums(text, answer):
    assert is_checksum(text) is answer


def test_a_commit_in_place_of_a_branch_is_pinned():
    assert parse_refspec(f"fedora:{SHA}").pinned
    assert not parse_refspec("fedora:a").pinned
