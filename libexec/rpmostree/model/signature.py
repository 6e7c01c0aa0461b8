"""GPG signatures of a commit, read from the sentences in which ostree describes them.

Only these are to be had from the command line: the identity of a key stands where the genuine tool
has its fingerprint, and what the sentences leave out is empty.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

_MADE = re.compile(r"Signature made (?P<when>.+) using (?P<cipher>\S+) key ID (?P<key>\w+)")
_SIGNER = re.compile(r'(?P<how>Good|BAD) signature from "(?P<name>.*?)(?: <(?P<email>[^>]*)>)?"')
_PRIMARY = re.compile(r"Primary key ID (\w+)")
_CLOCK = "%a %b %d %H:%M:%S %Y"


@dataclass(frozen=True)
class Signature:
    """One signature; `made` in seconds of the epoch, 0 if that could not be read."""

    key: str
    valid: bool = False
    expired: bool = False
    key_expired: bool = False
    key_revoked: bool = False
    key_missing: bool = False
    made: int = 0
    cipher: str = ""
    name: str = ""
    email: str = ""
    primary: str = ""
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.key_missing:
            return f"Can't check signature: public key {self.key} not found"
        return f"{'Valid' if self.valid else 'Invalid'} signature by {self.key}"

    def fields(self) -> list[object]:
        """The members of an OstreeGpgVerifyResult tuple, in its order."""
        flags = [self.valid, self.expired, self.key_expired, self.key_revoked, self.key_missing]
        known = [self.key, self.made, 0, self.cipher, "", self.name, self.email, self.primary]
        return [*flags, *known, 0, 0]


def parse_signatures(said: str) -> tuple[Signature, ...]:
    """The signatures in the words of `ostree show`; none for text that describes none."""
    starts = [match.start() for match in _MADE.finditer(said)]
    return tuple(_parse_one(said[at:end]) for at, end in pairwise([*starts, len(said)]))


def _parse_one(text: str) -> Signature:
    made, signer, primary = _MADE.search(text), _SIGNER.search(text), _PRIMARY.search(text)
    assert made is not None  # the text begins with it
    expired = "Signature expired" in text
    key_expired = "ey expired" in text  # the key's own, or that of the primary key
    revoked = "ey revoked" in text
    good = signer is not None and signer["how"] == "Good"
    return Signature(
        key=made["key"],
        valid=good and not (expired or key_expired or revoked),
        expired=expired,
        key_expired=key_expired,
        key_revoked=revoked,
        key_missing="public key not found" in text,
        made=_parse_clock(made["when"]),
        cipher=made["cipher"],
        name=signer["name"] if signer else "",
        email=(signer["email"] or "") if signer else "",
        primary=primary[1] if primary else "",
        words=tuple(line.strip() for line in text.strip().splitlines() if line.strip()),
    )


def _parse_clock(text: str) -> int:
    """Seconds of the epoch for a time in UTC, as the C locale writes it; 0 for another text."""
    import calendar  # with time.strptime, a third of what `status` takes to start
    import time

    try:
        return calendar.timegm(time.strptime(text, _CLOCK))
    except ValueError:
        return 0
