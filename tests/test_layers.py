"""The law of the house: imports point down, each guarded module has one door, each binary one room.

Nor do modules import each other in a circle. Imports inside functions count like any other: a lazy
import is no way around a wall.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

TOP = Path(__file__).resolve().parent.parent
PACKAGE = TOP / "libexec" / "rpmostree"
ENTRY = PurePosixPath("rpmostree_tool.py")

LAYERS = ("cli", "ops", "assembly", "tools", "model", "base")  # from the top down

DOORS = {
    "typer": ("cli/", str(ENTRY)),
    "rich": ("cli/", str(ENTRY)),
    "subprocess": ("base/run.py",),
    "fcntl": ("base/lock.py",),
    "tenacity": ("base/retry.py",),
    "jsonpath": ("model/jsonpath.py",),
    "yaml": ("model/treefile_parse.py",),
    "ctypes": ("base/syscalls.py",),
    # Vendored inside typer since 0.26, and so not to be relied on.
    "click": ("cli/usage.py",),
}

WRAPPERS = {
    "ostree": ("tools/ostree.py", "tools/sysroot.py"),
    "dnf": ("tools/dnf.py",),
    "dnf5": ("tools/dnf.py",),
    "rpm": ("tools/rpm.py",),
    "rpmkeys": ("tools/rpm.py",),
    "rpm2cpio": ("tools/rpm.py",),
    "dracut": ("tools/dracut.py",),
    "bwrap": ("tools/bwrap.py",),
    "setfiles": ("tools/setfiles.py",),
    "mount": ("tools/mount.py",),
    "umount": ("tools/umount.py", "tools/mount.py"),
    "skopeo": ("tools/skopeo.py",),
    "systemctl": ("tools/systemctl.py",),
    "journalctl": ("tools/journal.py",),
    "grub2-mkconfig": ("tools/grub2_mkconfig.py", "tools/grub.py"),
}

LONGEST = 450


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and absolute dotted name of all that is imported, anywhere in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def breaches(here: PurePosixPath, text: str) -> Iterator[str]:
    """Yield a sentence for each breach of the law in the module `here` (below the package)."""
    if (lines := len(text.splitlines())) > LONGEST:
        yield f"{here} has {lines} lines; {LONGEST} is a full room"
    tree = ast.parse(text)
    yield from relative_imports(here, tree)
    yield from imports_upwards(here, tree)
    yield from closed_doors(here, tree)
    yield from foreign_binaries(here, tree)


def relative_imports(here: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{here}:{node.lineno} imports relatively"


def imports_upwards(here: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    if here == ENTRY:
        return
    layer = here.parts[0] if here.parts[0] in LAYERS else None
    for line, name in imports(tree):
        package, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if package == ENTRY.stem:
            yield f"{here}:{line} imports the entry"
        if package != "rpmostree" or target not in LAYERS:
            continue
        if layer is None:  # rpmostree/__init__.py and its like lie below everything
            yield f"{here}:{line} lies outside the layers and imports {name}"
        elif LAYERS.index(target) < LAYERS.index(layer):
            yield f"{here}:{line} reaches up to {name}"


def closed_doors(here: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    for line, name in imports(tree):
        doors = DOORS.get(name.partition(".")[0])
        if doors is not None and not str(here).startswith(doors):
            yield f"{here}:{line} imports {name}; allowed in: {', '.join(doors) or 'no module'}"


def foreign_binaries(here: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.List) or not node.elts:
            continue
        head = node.elts[0]
        if not isinstance(head, ast.Constant) or not isinstance(head.value, str):
            continue
        rooms = WRAPPERS.get(PurePosixPath(head.value).name)
        if rooms is not None and str(here) not in rooms:
            yield f"{here}:{node.lineno} calls {head.value}; only {' and '.join(rooms)} may"


def modules() -> list[PurePosixPath]:
    found = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return [ENTRY, *sorted(PurePosixPath(path) for path in found)]


@pytest.mark.parametrize("here", modules(), ids=str)
def test_module_keeps_the_law(here):
    path = TOP / here if here == ENTRY else PACKAGE / here
    assert not list(breaches(here, path.read_text()))


def circle(texts: dict[str, str]) -> list[str]:
    """Modules, by dotted name, that import each other in a circle; empty if there is none."""
    graph = {}
    for name, text in texts.items():
        found = [target for _, target in imports(ast.parse(text))]
        known = (t if t in texts else t.rpartition(".")[0] for t in found)
        graph[name] = {target for target in known if target in texts}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other():
    packages = [here for here in modules() if here != ENTRY]
    names = {here: ".".join(("rpmostree", *here.with_suffix("").parts)) for here in packages}
    assert not circle({names[here]: (PACKAGE / here).read_text() for here in packages})


def test_a_circle_is_seen():
    round_about = {
        "a.b": "from a import c",
        "a.c": "def f():\n    from a.d import x",
        "a.d": "import a.b",
    }
    assert set(circle(round_about)) == {"a.b", "a.c", "a.d"}
    assert not circle({"a.b": "from a.c import b", "a.c": ""})


def test_every_layer_is_there():
    assert not [layer for layer in LAYERS if not list((PACKAGE / layer).glob("*.py"))]


@pytest.mark.parametrize(
    ("here", "text", "words"),
    [
        ("base/files.py", "from rpmostree.tools import rpm", "reaches up to rpmostree.tools.rpm"),
        ("model/diff.py", "def f():\n    import rpmostree.ops.status", "diff.py:2 reaches up"),
        ("tools/rpm.py", "from rpmostree import cli", "reaches up to rpmostree.cli"),
        ("__init__.py", "import rpmostree.base.run", "outside the layers"),
        ("ops/status.py", "import rpmostree_tool", "imports the entry"),
        ("ops/status.py", "from . import upgrade", "imports relatively"),
        ("ops/status.py", "def f():\n    import subprocess", "allowed in: base/run.py"),
        ("base/run.py", "from fcntl import flock", "imports fcntl.flock"),
        ("ops/status.py", "import rich.table", "imports rich.table"),
        ("cli/root.py", "import click", "allowed in: cli/usage.py"),
        ("ops/status.py", "run(['ostree', 'refs'])", "calls ostree"),
        ("tools/ostree.py", "run(['/usr/bin/rpm', *more])", "calls /usr/bin/rpm"),
        ("ops/status.py", "\n" * 451, "has 451 lines"),
    ],
)
def test_breach_is_seen(here, text, words):
    (told,) = breaches(PurePosixPath(here), text)
    assert words in told


@pytest.mark.parametrize(
    ("here", "text"),
    [
        ("ops/status.py", "from rpmostree.base import run\nfrom rpmostree.ops import upgrade"),
        ("cli/root.py", "import typer\nfrom rich.table import Table"),
        ("rpmostree_tool.py", "import typer\nfrom rpmostree.cli import root"),
        ("base/run.py", "import subprocess"),
        ("tools/sysroot.py", "run(['ostree', 'admin', 'status'])"),
        ("ops/status.py", "words = ['ostrees', 'rpm']"),
        ("ops/status.py", "\n" * 450),
    ],
)
def test_lawful_is_let_through(here, text):
    assert not list(breaches(PurePosixPath(here), text))
