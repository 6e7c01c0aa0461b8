"""Users and groups of layered packages.

While packages are installed, /etc/passwd and its companions hold everything: the base's own
accounts, wherever the base keeps them, and those that the deployment before had, so that a user
keeps its number for ever and none is given out twice. Afterwards each account goes where it
belongs: the base's to where it was, untouched; a package's to /usr/lib (nss-altfiles) if the base
looks there, else to the defaults of /etc and, because a changed /etc/passwd no longer follows its
defaults, to sysusers.d as well; the machine's own to nowhere.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rpmostree.base.errors import RpmOstreeError
from rpmostree.base.files import read_text
from rpmostree.model.accounts import (
    Account,
    fitting,
    parse_accounts,
    sysusers_group,
    sysusers_user,
    uses_altfiles,
    write_accounts,
)
from rpmostree.model.package import Package

_SYSUSERS = "usr/lib/sysusers.d/30-rpm-ostree-layered.conf"
_ALWAYS = "usr/lib/systemd/system/systemd-sysusers.service.d/30-rpm-ostree.conf"
_HEADER = "# Made by rpm-ostree: the users and groups of layered packages.\n"
_MODES = {"passwd": 0o644, "group": 0o644, "shadow": 0o600, "gshadow": 0o600}


@dataclass(frozen=True)
class Book:
    """One of passwd and group: the base's accounts, and those that may come back."""

    name: str
    etc: Mapping[str, Account]
    lib: Mapping[str, Account]
    candidates: Mapping[str, Account]

    @property
    def base(self) -> Mapping[str, Account]:
        return {**self.lib, **self.etc}


@dataclass(frozen=True)
class Accounts:
    """What the base said before any package was installed."""

    books: tuple[Book, ...]
    shadows: Mapping[str, str]


def gather(root: Path, previous: Path | None) -> Accounts:
    """Put all accounts into the root's /etc; `previous` is the deployment before, if any."""
    books = tuple(_open_book(root, previous, name) for name in ("passwd", "group"))
    for book in books:
        together = {**book.etc, **book.lib, **book.etc, **book.candidates}  # /etc counts
        if together.keys() != book.etc.keys():
            _put(root / "usr/etc" / book.name, write_accounts(together.values()))
    shadows = {name: read_text(root / "usr/etc" / name) or "" for name in ("shadow", "gshadow")}
    return Accounts(books, shadows)


def settle(root: Path, accounts: Accounts, packages: Iterable[Package]) -> None:
    """Send each account to where it belongs; see above. Raises RpmOstreeError if a number moved."""
    claimed = _claims(root, packages)
    nsswitch = read_text(root / "usr/etc/nsswitch.conf")
    layered: dict[str, list[Account]] = {}
    for book in accounts.books:
        altfiles = uses_altfiles(nsswitch, book.name)
        layered[book.name] = _settle_book(root, book, claimed, altfiles)
        if altfiles:
            layered[book.name] = []
    _settle_shadows(root, accounts)
    _write_sysusers(root, layered["passwd"], layered["group"])


def _open_book(root: Path, previous: Path | None, name: str) -> Book:
    etc = parse_accounts(read_text(root / "usr/etc" / name))
    lib = parse_accounts(read_text(root / "usr/lib" / name))
    earlier: list[Account] = []
    for place in ("usr/etc", "usr/lib", "etc") if previous else ():
        assert previous is not None  # the loop is empty otherwise
        earlier += parse_accounts(read_text(previous / place / name)).values()
    return Book(name, etc, lib, fitting(earlier, [*etc.values(), *lib.values()]))


def _claims(root: Path, packages: Iterable[Package]) -> frozenset[str]:
    """Every word by which the packages may mean an account: file owners, scriptlets, sysusers.d."""
    words: set[str] = set()
    for package in packages:
        words |= {name for f in package.files for name in (f.user, f.group)}
        words |= package.script_words
        for file in package.below("/usr/lib/sysusers.d"):
            words |= set(re.findall(r"[\w.-]+", read_text(root / file.path[1:]) or ""))
    return frozenset(words)


def _settle_book(root: Path, book: Book, claimed: frozenset[str], altfiles: bool) -> list[Account]:
    """Write one book back; returns the layered accounts."""
    now = parse_accounts(read_text(root / "usr/etc" / book.name))
    _check_numbers(book, now)
    layered = [
        account
        for name, account in now.items()
        if name not in book.base and (name not in book.candidates or name in claimed)
    ]
    etc = [a for name, a in now.items() if name in book.etc]
    lib = [a if name in book.etc else now.get(name, a) for name, a in book.lib.items()]
    if altfiles:
        lib += layered
    else:
        etc += layered
    _put(root / "usr/etc" / book.name, write_accounts(etc))
    if lib or book.lib:
        _put(root / "usr/lib" / book.name, write_accounts(lib))
    return layered


def _check_numbers(book: Book, now: Mapping[str, Account]) -> None:
    for name, account in book.base.items():
        if name in now and now[name].id != account.id:
            raise RpmOstreeError(
                f"a scriptlet changed the number of {name} in {book.name} "
                f"from {account.id} to {now[name].id}; numbers of the base must not change"
            )


def _settle_shadows(root: Path, accounts: Accounts) -> None:
    """Keep the secrets of accounts still there; no dates, so that nothing depends on today."""
    for name, before in accounts.shadows.items():
        path = root / "usr/etc" / name
        kept = parse_accounts(
            read_text(root / "usr/etc" / ("passwd" if name == "shadow" else "group"))
        )
        known = parse_accounts(before, with_id=False)
        now = parse_accounts(read_text(path), with_id=False)
        lines = [
            known[n].line if n in known else _undated(account.line, name)
            for n, account in now.items()
            if n in known or n in kept
        ]
        text = "".join(f"{line}\n" for line in lines)
        if path.exists():
            _put(path, text)


def _undated(line: str, name: str) -> str:
    fields = line.split(":")
    if name == "shadow" and len(fields) > 2:
        fields[2] = ""
    return ":".join(fields)


def _write_sysusers(root: Path, users: list[Account], groups: list[Account]) -> None:
    if not users and not groups:
        return
    lines = [line for group in groups for line in sysusers_group(group)]
    lines += [sysusers_user(user) for user in users]
    _put(root / _SYSUSERS, _HEADER + "".join(f"{line}\n" for line in lines), 0o644)
    # The service runs only when /usr looks newer than /etc, and times on an image are all zero.
    _put(root / _ALWAYS, "[Unit]\nConditionNeedsUpdate=\n", 0o644)


def _put(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file of the root, unless it says that already; never through a hard link."""
    if read_text(path) == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.stat() if path.exists() else None
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8", errors="surrogateescape")
    if old is not None:
        os.chown(fresh, old.st_uid, old.st_gid)  # Debian's shadow is its group's
    kept = old.st_mode & 0o7777 if old is not None else _MODES.get(path.name, 0o644)
    fresh.chmod(kept if mode is None else mode)
    fresh.replace(path)
