"""What the lifecycle tells goes to the reporter, and to standard error where none is given."""

from __future__ import annotations

import pytest

from pulumi_assistai.lifecycle.session import Session
from tests.conftest import settings_for


class Notes:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.warned: list[str] = []

    def tell(self, message: str) -> None:
        self.told.append(message)

    def warn(self, message: str) -> None:
        self.warned.append(message)


def say_everything(session: Session) -> None:
    session.tell("tell")
    session.warn("warn")
    for word in ("one", "other", "one"):
        session.tell_once(f"tell {word}")
        session.warn_once(f"warn {word}")


def test_a_reporter_gets_everything_and_nobody_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    say_everything(Session(settings_for("http://127.0.0.1:1"), notes))
    assert (notes.told, notes.warned) == (["tell", "tell one", "tell other"], ["warn", "warn one", "warn other"])
    assert capsys.readouterr() == ("", "")


def test_without_one_it_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    say_everything(Session(settings_for("http://127.0.0.1:1")))
    assert capsys.readouterr().err == (
        "tell\nwarning: warn\ntell one\nwarning: warn one\ntell other\nwarning: warn other\n"
    )
