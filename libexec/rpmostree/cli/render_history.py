"""The history of a sysroot as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rpmostree.model.history import Entry, PackageStep, State


def history_text(entries: Sequence[Entry]) -> str:
    """A paragraph for each change, with its stateroot if that is not the same for all."""
    several = len({entry.stateroot for entry in entries}) > 1
    paragraphs = (_entry_text(entry, several=several) for entry in entries)
    return "\n\n".join(paragraphs) or "No changes were noted."


def history_json(entries: Sequence[Entry]) -> dict[str, object]:
    """Each entry as it was noted."""
    return {"history": [asdict(entry) for entry in entries]}


def _entry_text(entry: Entry, *, several: bool) -> str:
    lines = [f"{entry.id}  {entry.time}  {entry.user}  {entry.command}"]
    lines += [f"  Stateroot: {entry.stateroot}"] if several else []
    if entry.old is None or entry.old.checksum != entry.new.checksum:
        old = "nothing" if entry.old is None else _state_text(entry.old)
        lines.append(f"  Default: {old} -> {_state_text(entry.new)}")
    if entry.old and entry.old.kargs != entry.new.kargs:
        lines.append(f"  Kernel arguments: {' '.join(entry.new.kargs)}")
    lines += [f"  {_step_text(step)}" for step in entry.packages]
    return "\n".join(lines)


def _state_text(state: State) -> str:
    return f"{state.checksum[:10]}" + (f" ({state.version})" if state.version else "")


def _step_text(step: PackageStep) -> str:
    if step.old and step.new:
        return f"Changed: {step.old} -> {step.new}"
    return f"Added: {step.new}" if step.new else f"Removed: {step.old}"
