"""Users and groups of a composed image: the numbers of the image before are kept and checked."""

from collections.abc import Callable, Mapping
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import RpmOstreeError
from rpmostree.base.files import read_text
from rpmostree.model.accounts import Account, fitting, parse_accounts, write_accounts
from rpmostree.model.treefile import Treefile

BOOKS = ("passwd", "group")
_NSS = ("usr/lib64/libnss_altfiles.so.2", "usr/lib/x86_64-linux-gnu/libnss_altfiles.so.2")
_STAY = frozenset({"root"})

Previous = Mapping[str, Mapping[str, Account]]


def read_previous(read: Callable[[str], str | None]) -> Previous:
    """The accounts of a commit; `read` gives the text of a file in it."""
    return {
        book: {
            **parse_accounts(read(f"usr/lib/{book}")),
            **parse_accounts(read(f"usr/etc/{book}")),
        }
        for book in BOOKS
    }


def seed(root: Path, previous: Previous) -> None:
    """Put the earlier accounts into the empty tree, so that packages find their numbers taken."""
    for book, accounts in previous.items():
        if accounts:
            path = root / "etc" / book
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write_accounts(accounts.values()), encoding="utf-8")


def unite(root: Path) -> None:
    """Where a package brought its own file beside a seeded one, add what only it has."""
    for book in (*BOOKS, "shadow", "gshadow"):
        brought = root / "etc" / f"{book}.rpmnew"
        if not brought.exists():
            continue
        path = root / "etc" / book
        with_id = book in BOOKS
        ours = parse_accounts(read_text(path), with_id=with_id)
        theirs = parse_accounts(read_text(brought), with_id=with_id)
        united = {**ours, **(fitting(theirs.values(), ours.values()) if with_id else theirs | ours)}
        path.write_text(write_accounts(united.values()), encoding="utf-8")
        brought.unlink()


def check(root: Path, previous: Previous, treefile: Treefile) -> None:
    """Raise RpmOstreeError if a number changed or a name vanished since the commit before."""
    for book, wanted, ignored in (
        ("passwd", treefile.check_passwd, treefile.ignore_removed_users),
        ("group", treefile.check_groups, treefile.ignore_removed_groups),
    ):
        if wanted != "previous":
            continue
        now = parse_accounts(read_text(root / "etc" / book))
        for name, account in previous.get(book, {}).items():
            if name not in now:
                if name not in ignored and "*" not in ignored:
                    events.warning(f"{book}: {name} is no longer there")
            elif now[name].id != account.id:
                raise RpmOstreeError(
                    f"{book}: the number of {name} changed from {account.id} to {now[name].id}"
                )


def split_altfiles(root: Path, treefile: Treefile) -> None:
    """Move system accounts to /usr/lib, where nss-altfiles looks, if the tree has it.

    Then the accounts in /etc are the machine's alone, and new system users reach every machine.
    """
    if not any((root / name).exists() for name in _NSS):
        return
    for book in BOOKS:
        accounts = parse_accounts(read_text(root / "etc" / book))
        keep = _STAY | (set(treefile.etc_group_members) if book == "group" else set())
        lib = [a for name, a in accounts.items() if name not in _STAY]
        etc = [a for name, a in accounts.items() if name in keep]
        (root / "usr/lib" / book).write_text(write_accounts(lib), encoding="utf-8")
        (root / "etc" / book).write_text(write_accounts(etc), encoding="utf-8")
    _look_in_altfiles(root / "etc/nsswitch.conf")


def _look_in_altfiles(path: Path) -> None:
    lines = (read_text(path) or "passwd: files\ngroup: files\n").splitlines()
    path.write_text("".join(f"{_with_altfiles(line)}\n" for line in lines), encoding="utf-8")


def _with_altfiles(line: str) -> str:
    book, colon, sources = line.partition(":")
    if book in BOOKS and colon and "altfiles" not in sources:
        return f"{book}:{sources.replace('files', 'files altfiles', 1)}"
    return line
