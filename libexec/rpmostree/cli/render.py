"""Results as the text people read; the wording is the genuine tool's where it has one."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rpmostree.cli.app import show
from rpmostree.model.diff import Change, PackageChange

if TYPE_CHECKING:  # the verb itself is loaded only where it is run
    from rpmostree.model.plan import Outcome, Plan

QUEUED = 'Changes queued for next boot. Run "systemctl reboot" to start a reboot'
RUN_REBOOT = 'Run "systemctl reboot" to start a reboot'
UNCHANGED = 77
_TITLES = {
    Change.UPGRADED: "Upgraded",
    Change.DOWNGRADED: "Downgraded",
    Change.REMOVED: "Removed",
    Change.ADDED: "Added",
}


def close(outcome: "Outcome", hint: str, *, booted: bool, unchanged_77: bool = False) -> int:
    """Print what a verb came to and return its exit status."""
    if outcome.plan is not None and not outcome.changed:
        show(plan_text(outcome.plan))
        show(outcome.text or "Exiting because of '--dry-run' option")
        return 0
    show(outcome.text)
    show(diff_text(outcome.diff))
    if outcome.changed and hint:
        show(hint if booted else "")
    return UNCHANGED if unchanged_77 and not outcome.changed else 0


def plan_text(plan: "Plan") -> str:
    """The packages of a plan, as `install --dry-run` lists them."""
    lines: list[str] = []
    if plan.installs:
        lines.append(f"Installing {_count(len(plan.installs), 'package')}:")
        lines += [f"  {p.nevra} ({p.repo or 'local'})" for p in plan.installs]
    if plan.removals:
        lines.append(f"Removing {_count(len(plan.removals), 'package')}:")
        lines += [f"  {nevra}" for nevra in plan.removals]
    return "\n".join(lines or ["Empty transaction"])


def diff_text(
    changes: Iterable[PackageChange], below: Callable[[PackageChange], list[str]] | None = None
) -> str:
    """The block format: a heading for each kind, a row for each package, lines `below` it."""
    lines: list[str] = []
    listed = list(changes)
    for kind, title in _TITLES.items():
        chosen = [c for c in listed if c.kind is kind]
        lines += [f"{title}:"] if chosen else []
        for change in chosen:
            lines += [f"  {change_text(change)}", *(below(change) if below else ())]
    return "\n".join(lines)


def diff_signs(changes: Iterable[PackageChange]) -> str:
    """The diff format: `!` old and `=` new, `-` removed, `+` added, by name."""
    lines: list[str] = []
    for change in sorted(changes, key=lambda c: c.name):
        pair = change.old and change.new
        lines += [f"{'!' if pair else '-'}{change.old}"] if change.old else []
        lines += [f"{'=' if pair else '+'}{change.new}"] if change.new else []
    return "\n".join(lines)


def changes_json(changes: Sequence[PackageChange]) -> list[object]:
    """`[name, kind, {PreviousPackage, NewPackage}]` for each, as `db diff --format=json` has it."""
    rows: list[object] = []
    for change in changes:
        sides = {"PreviousPackage": change.old, "NewPackage": change.new}
        packages = {k: [p.name, p.evr, p.arch] for k, p in sides.items() if p is not None}
        rows.append([change.name, int(change.kind), packages])
    return rows


def outcome_json(outcome: "Outcome") -> dict[str, object]:
    """What a change came to, for scripts."""
    plan = outcome.plan
    return {
        "changed": outcome.changed,
        "message": outcome.text,
        "checksum": outcome.checksum,
        "staged": outcome.staged,
        "pkgdiff": changes_json(outcome.diff),
        "plan": None if plan is None else plan_json(plan),
    }


def plan_json(plan: "Plan") -> dict[str, object]:
    return {
        "stateroot": plan.wish.stateroot,
        "base-checksum": plan.wish.base,
        "kargs": list(plan.wish.kargs),
        "install": [{"nevra": p.nevra, "repo": p.repo} for p in plan.installs],
        "remove": list(plan.removals),
        "inactive": [{"request": i.request, "provided-by": i.provider} for i in plan.inactive],
    }


def change_text(change: PackageChange) -> str:
    """One change as a row: `name OLD -> NEW`, or the package that came or went."""
    if change.old and change.new:
        return f"{change.name} {change.old.evr} -> {change.new.evr}"
    return str(change.new or change.old)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def counts(changes: Sequence[PackageChange]) -> str:
    """`2 upgraded, 1 added`"""
    numbers = {kind: sum(c.kind is kind for c in changes) for kind in _TITLES}
    return ", ".join(f"{n} {_TITLES[kind].lower()}" for kind, n in numbers.items() if n)
