"""Kernel arguments: an ordered list in which a key may stand more than once.

Blanks inside double quotes belong to the argument and the quotes are kept, as the kernel's own
parser has it (Documentation/admin-guide/kernel-parameters.rst). All functions return new lists.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

Kargs = tuple[str, ...]

# Bytes of a command line that a kernel reads (COMMAND_LINE_SIZE in its asm/setup.h); it drops the
# rest without a word.
_LIMIT = 2048
_LIMITS = {"s390x": 4096, "loongarch64": 4096, "riscv64": 1024}
_LOADER = 300  # bytes to allow for ostree= and for what the boot loader adds, BOOT_IMAGE=


@dataclass(frozen=True)
class KargsEdit:
    """What `kargs` was asked to do; applied in the order of the fields."""

    delete: Sequence[str] = ()
    replace: Sequence[str] = ()
    append: Sequence[str] = ()
    append_if_missing: Sequence[str] = ()
    delete_if_present: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(
            self.delete
            or self.replace
            or self.append
            or self.append_if_missing
            or self.delete_if_present
        )

    @property
    def options(self) -> tuple[str, ...]:
        """The options that ask for it."""
        return tuple(
            f"--{field.name.replace('_', '-')}={word}"
            for field in fields(self)
            for word in getattr(self, field.name)
        )


def split_kargs(line: str) -> Kargs:
    """Split a command line at blanks outside of double quotes."""
    words, word, quoted = [], "", False
    for char in line:
        if char in " \t\n" and not quoted:
            words.append(word)
            word = ""
            continue
        quoted ^= char == '"'
        word += char
    return tuple(w for w in (*words, word) if w)


def join_kargs(kargs: Iterable[str]) -> str:
    return " ".join(kargs)


def editable(kargs: Iterable[str]) -> Kargs:
    """All but `ostree=`, which belongs to the boot entry and not to the administrator."""
    return tuple(k for k in kargs if not k.startswith("ostree="))


def longest_line(machine: str) -> int:
    """Bytes of arguments that a kernel for such a machine reads, beside what the loader adds."""
    return _LIMITS.get(machine, _LIMIT) - _LOADER


def edit_kargs(kargs: Kargs, edit: KargsEdit) -> Kargs:
    """Apply an edit. Raises ValueError in the genuine tool's words if it does not fit."""
    steps: tuple[tuple[Callable[[Kargs, str], Kargs], Sequence[str]], ...] = (
        (_delete, edit.delete),
        (_replace, edit.replace),
        (_append, edit.append),
        (_append_if_missing, edit.append_if_missing),
        (_delete_if_present, edit.delete_if_present),
    )
    for step, arguments in steps:
        for argument in arguments:
            for word in _checked(argument):
                kargs = step(kargs, word)
    return kargs


def _checked(argument: str) -> Kargs:
    if "\n" in argument or "\0" in argument:
        raise ValueError(f"A kernel argument is one line: {argument!r}")
    words = split_kargs(argument)
    if not words:
        raise ValueError("A kernel argument must not be empty")
    if any(word.startswith("ostree=") or word == "ostree" for word in words):
        raise ValueError("The kernel argument ostree= belongs to the boot entry")
    return words


def _key(karg: str) -> str:
    return karg.partition("=")[0]


def _places(kargs: Kargs, key: str) -> list[int]:
    return [i for i, karg in enumerate(kargs) if _key(karg) == key]


def _find(kargs: Kargs, wanted: str) -> int:
    """The first place of just `KEY` (with a value it must stand once) or of just `KEY=VALUE`."""
    key, equals, _ = wanted.partition("=")
    places = _places(kargs, key)
    if not places:
        raise ValueError(f"No key '{key}' found")
    if equals:
        exact = [i for i in places if kargs[i] == wanted]
        if not exact:
            raise ValueError(f"No karg '{wanted}' found")
        return exact[0]
    bare = [i for i in places if kargs[i] == key]
    if len(places) > 1 and not bare:
        raise ValueError(f"Multiple values for key '{key}' found")
    return bare[0] if bare else places[0]


def _delete(kargs: Kargs, wanted: str) -> Kargs:
    at = _find(kargs, wanted)
    return kargs[:at] + kargs[at + 1 :]


def _replace(kargs: Kargs, wanted: str) -> Kargs:
    key, equals, value = wanted.partition("=")
    places = _places(kargs, key)
    if not places:
        raise ValueError(f"No key '{key}' found")
    old, has_new, new = value.partition("=")
    if has_new and f"{key}={old}" in kargs:
        at, word = kargs.index(f"{key}={old}"), f"{key}={new}"
    elif len(places) > 1:
        if has_new:
            raise ValueError(f"No karg '{key}={old}' found")
        raise ValueError(f"Multiple values for key '{key}' found")
    else:
        at, word = places[0], wanted if equals else key
    return (*kargs[:at], word, *kargs[at + 1 :])


def _append(kargs: Kargs, word: str) -> Kargs:
    return (*kargs, word)


def _append_if_missing(kargs: Kargs, word: str) -> Kargs:
    return kargs if word in kargs else (*kargs, word)


def _delete_if_present(kargs: Kargs, word: str) -> Kargs:
    try:
        return _delete(kargs, word)
    except ValueError:
        return kargs
