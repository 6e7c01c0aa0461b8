"""Users and groups as the lines of passwd(5) and group(5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """One line of passwd, group, shadow or gshadow; `id` is None in the latter two."""

    name: str
    id: int | None
    line: str


def parse_accounts(text: str | None, *, with_id: bool = True) -> dict[str, Account]:
    """The accounts of a file by name, in its order; other lines (NIS, blank) are left out."""
    found: dict[str, Account] = {}
    for line in (text or "").split("\n"):
        fields = line.split(":")
        number = fields[2] if len(fields) > 2 else ""
        if fields[0][:1] in ("", "+", "-") or (with_id and not number.isdecimal()):
            continue
        found.setdefault(fields[0], Account(fields[0], int(number) if with_id else None, line))
    return found


def write_accounts(accounts: Iterable[Account]) -> str:
    return "".join(f"{account.line}\n" for account in accounts)


def fitting(candidates: Iterable[Account], taken: Iterable[Account]) -> dict[str, Account]:
    """The candidates that clash neither in name nor in number, the first of equals winning."""
    names = {account.name for account in taken}
    ids = {account.id for account in taken}
    chosen: dict[str, Account] = {}
    for account in candidates:
        if account.name not in names and account.id not in ids:
            chosen[account.name] = account
            names.add(account.name)
            ids.add(account.id)
    return chosen


def uses_altfiles(nsswitch: str | None, database: str) -> bool:
    """Does nsswitch.conf(5) look for `database` (passwd, group) in /usr/lib as well?"""
    match = re.search(rf"^{database}:(.*)$", nsswitch or "", re.MULTILINE)
    return match is not None and "altfiles" in match[1].partition("#")[0].split()


def sysusers_user(account: Account) -> str:
    """The sysusers.d(5) line that makes just this user, with the number of its group."""
    _, _, uid, gid, gecos, home, shell, *_ = [*account.line.split(":"), "", "", ""]
    about = gecos.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'u {account.name} {uid}:{gid} "{about}" {home or "/"} {shell or "-"}'


def sysusers_group(account: Account) -> list[str]:
    """The lines that make this group and its members."""
    members = [*account.line.split(":"), ""][3]
    joined = [f"m {user} {account.name}" for user in members.split(",") if user]
    return [f"g {account.name} {account.id}", *joined]
