"""What the solver said, read."""

from __future__ import annotations

from rpmostree.model.available import Available
from rpmostree.model.clash import Clash, Reason, newest_by_name, read_excluded, read_reasons
from rpmostree.model.nevra import parse_nevra

DNF_4 = """\
Problem: package friend-1.0-1.noarch requires companion, but none of the providers can be installed
  - package companion-1.0-1.noarch requires lib = 1.0, but none of the providers can be installed
  - package other-1.0-1.noarch obsoletes lib < 9 provided by lib-2.0-1.noarch
  - conflicting requests
  - package lib-1.0-1.noarch is filtered out by exclude filtering
"""
DNF_5 = """\
Problem: conflicting requests
  - package hates-1.0-1.noarch from stable conflicts with lib provided by lib-1.0-1.noarch from x
  - nothing provides so.1()(64bit) needed by wants-1.0-1.noarch from stable
"""
OLD, NEW = parse_nevra("lib-1.0-1.noarch"), parse_nevra("lib-2.0-1.noarch")


def clash(offered: str | None, **more: bool) -> Clash:
    found = Available(parse_nevra(offered), "repo", "") if offered else None
    reason = Reason("requires", "x-1-1.noarch", "lib = 1.0")
    return Clash("x", reason, NEW, "40.2", more.get("known", True), found)


def test_reasons() -> None:
    assert read_reasons(DNF_4) == (
        Reason("requires", "friend-1.0-1.noarch", "companion"),
        Reason("requires", "companion-1.0-1.noarch", "lib = 1.0"),
        Reason("obsoletes", "other-1.0-1.noarch", "lib < 9"),
    )
    assert read_reasons(DNF_5) == (
        Reason("requires", "wants-1.0-1.noarch", "so.1()(64bit)"),
        Reason("conflicts", "hates-1.0-1.noarch", "lib", "lib-1.0-1.noarch"),
    )
    turned = "- installed package lib-1-1.noarch conflicts with lib provided by hates-1-1.noarch"
    assert read_reasons(f"{turned} from stable") == (
        Reason("conflicts", "hates-1-1.noarch", "lib", "lib-1-1.noarch"),
    )
    assert read_excluded(DNF_4) == ("lib-1.0-1.noarch",)
    assert read_reasons("Curl error (7)") == ()


def test_conflict_that_the_base_declares() -> None:
    (reason,) = read_reasons(
        "package lib-1.0-1.noarch conflicts with rival < 2 provided by y-1-1.i386"
    )
    assert reason.seen_from_outside({}) == reason
    assert reason.seen_from_outside({str(OLD): OLD}) == Reason(
        "conflicts", "y-1-1.i386", "rival < 2", "lib-1.0-1.noarch"
    )


def test_sentence() -> None:
    text = clash("lib-1.0-1.noarch").sentence
    assert '"x" does not fit the base' in text
    assert "needs lib = 1.0" in text
    assert "(since version 40.2)" in text
    assert text.endswith("the repository is older than the base")
    assert not clash("lib-3.0-1.noarch").lags
    assert "no repository has lib" in clash(None).sentence
    assert "(at least since version 40.2)" in clash(None, known=False).sentence


def test_newest() -> None:
    rows = [Available(n, "r", "") for n in (NEW, OLD)]
    assert newest_by_name(rows)["lib.noarch"].nevra == NEW
