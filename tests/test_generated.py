"""The man page and the completions say what the commands say, and are fit for their readers."""

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from rpmostree.tools.settings import Settings

TOP = Path(__file__).resolve().parent.parent
MAN = TOP / "man"
PAGE = MAN / "rpm-ostree.1"
PAGES = (PAGE, MAN / "rpm-ostreed.conf.5")
COMPLETIONS = TOP / "completions"
BASH = COMPLETIONS / "rpm-ostree.bash"

MACROS = set("TH SH SS TP PP RS RE B BR I nf fi".split())


@pytest.fixture(scope="module")
def generators():
    """The two programs of .ci, as modules."""
    sys.path.insert(0, str(TOP / ".ci"))
    try:
        import gen_completions
        import gen_man
    finally:
        sys.path.remove(str(TOP / ".ci"))
    return gen_man, gen_completions


@pytest.fixture(scope="module")
def program(generators):
    """The commands, as the generators see them."""
    return generators[0].read_program()


def test_the_man_pages_are_up_to_date(generators):
    made = generators[0].make_pages()
    assert {path.name for path in PAGES} == set(made)
    for path in PAGES:
        assert path.read_text() == made[path.name], "run `make man`"


def test_every_setting_is_in_its_man_page():
    text = PAGES[1].read_text()
    for key in fields(Settings):
        assert f"\\fB{key.metadata['key']}\\fR=" in text
        assert key.metadata["meaning"].endswith(".")


def test_the_completions_are_up_to_date(generators):
    made = generators[1].make_completions()
    assert {path.name for path in COMPLETIONS.iterdir()} == set(made)
    for name, text in made.items():
        assert (COMPLETIONS / name).read_text() == text, "run `make completions`"


def test_every_option_is_in_the_man_page(program):
    text = PAGE.read_text().replace("\\-", "-")
    missing = {
        name for verb in program.walk() for option in verb.options for name in option.names
        if f"\\fB{name}\\fR" not in text
    }  # fmt: skip
    assert not missing


def test_every_option_explains_itself(program):
    silent = [
        (verb.words, option.names)
        for verb in program.walk()
        for option in verb.options
        if not option.help
    ]
    assert not silent
    assert not [verb.words for verb in program.walk() if not verb.help]


# ----------------------------------------------------------------------------------------- roff


WRONG = {
    "an empty line": r"$",
    "blanks at the end": r".*\s$",
    "an unknown request": rf"'|\.(?!(?:{'|'.join(MACROS)})\b|\\\")",
    "an open quotation mark": r'\.[A-Z]+ [^"]*"[^"]*$',
    "a hyphen that may not be copied as a minus sign": r'(?!\.\\")(.*[^\\])?-',
    "an unknown escape": r'.*(?<!\\)(\\\\)*\\(?![-&e"\\]|f[BIR]|\(aq)',
    "a font that is not left again": r".*\\f[BI](?!.*\\fR).*\\f[BI]|(?!\.).*\\f[BI](?!.*\\fR)",
}


def grumble(page):
    """What is wrong with a page, as far as can be told without a formatter."""
    for number, line in enumerate(page.removesuffix("\n").split("\n"), 1):
        for what, pattern in WRONG.items():
            if re.match(pattern, line):
                yield f"{number}: {what}: {line}"
    for opening, closing in (("nf", "fi"), ("RS", "RE")):
        count = [len(re.findall(rf"^\.{name}\b", page, re.M)) for name in (opening, closing)]
        if count[0] != count[1]:
            yield f".{opening} without .{closing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_man_pages_are_well_formed(page):
    assert list(grumble(page.read_text())) == []


@pytest.mark.parametrize(
    "line",
    ["", "'x", ".XX", ".SH x ", '.SH "x', "a-b", "\\x", "\\fBa", "\\fBa \\fIb\\fR c \\fId", ".nf"],
)
def test_bad_roff_is_found(line):
    assert list(grumble(f"{line}\n"))


@pytest.mark.parametrize(
    "formatter",
    [
        ["groff", "-ww", "-man", "-Tutf8", "-z"],
        ["man", "--warnings", "--local-file"],
        ["mandoc", "-T", "lint", "-W", "error"],
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_formatters_do_not_grumble(formatter, page):
    """Those which are there; the test before this one does without."""
    if shutil.which(formatter[0]):
        done = subprocess.run([*formatter, page], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


# ----------------------------------------------------------------------------------------- bash


def complete(*words, cwd=None):
    """What bash would offer for the last of the words."""
    array = " ".join(map(shlex.quote, ("rpm-ostree", *words)))
    script = f"""
        source {shlex.quote(str(BASH))}
        [[ $(complete -p rpm-ostree) == *'-F _rpm_ostree'* ]] || exit 9
        COMP_WORDS=({array}) COMP_CWORD={len(words)}
        _rpm_ostree
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    command = ["bash", "--norc", "-uc", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_every_verb_and_option_is_offered(program):
    for verb in program.walk():
        names = {name for option in verb.options for name in option.names}
        assert set(complete(*verb.words, "-")) == names
        assert {other.words[-1] for other in verb.verbs} <= set(complete(*verb.words, ""))


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["upg"], ["upgrade"]),
        (["db", "d"], ["diff"]),
        (["db", "diff", "--format", "d"], ["diff"]),
        (["db", "diff", "--format", "=", "j"], ["json"]),
        (["db", "diff", "--format", "="], ["block", "diff", "json"]),
        (["install", "--dry"], ["--dry-run"]),
        (["install", "strace", "--dry"], ["--dry-run"]),
        (["status", ""], []),
        (["install", "./a"], ["./a.rpm"]),
        (["status", "--sysroot", ""], ["root"]),
        (["status", "--sysroot", "=", "r"], ["root"]),
        (["compose", "tree", "a"], ["a.rpm"]),
        (["compose", "tree", "--repo", ""], ["root"]),
        (["compose", "tree", "-r", ""], ["root"]),
        (["install", "-r", ""], ["a.rpm", "root"]),  # -r is --reboot here
        (["install", "--progress", "j"], ["jsonl"]),
        (["install", "--progress", "=", ""], ["auto", "jsonl", "none", "plain"]),
        (["install", "./a", ":", "b"], ["b.rpm"]),
        (["status", "--sysroot", "=", "ro", "=", "o"], ["oot"]),
        # without the program there is nothing to choose from
        (["uninstall", ""], []),
        (["kargs", "--delete", "q"], []),
    ],
    ids=" ".join,
)
def test_bash_completes(words, offered, tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "a.rpm").touch()
    if ":" in words:
        (tmp_path / "a:b.rpm").touch()
    if "ro" in words:
        (tmp_path / "ro=oot").mkdir()
    assert sorted(complete(*words, cwd=tmp_path)) == offered


@pytest.mark.parametrize(
    ("shell", "name"), [("zsh", "_rpm-ostree"), ("fish", "rpm-ostree.fish"), ("bash", BASH.name)]
)
def test_shells_can_read_them(shell, name):
    """Those shells which are there."""
    if shutil.which(shell):
        done = subprocess.run([shell, "-n", COMPLETIONS / name], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
