"""The notes of a release are the changelog's section of it."""

from __future__ import annotations

import pytest

from tools.notes import CHANGELOG, notes

TEXT = "# Changelog\n\n## [1.1.0] - 2027-01-01\n\n### Added\n\n- a\n\n## [1.0.0] - 2026-12-01\n\n- b\n\n## [0.9.0]\n"


def test_the_section_of_a_version_is_taken_whole() -> None:
    assert notes(TEXT, "1.1.0") == "### Added\n\n- a\n"
    assert notes(TEXT, "1.0.0") == "- b\n"


@pytest.mark.parametrize("version", ["0.9.0", "2.0.0", "1.1", "1x1.0"])
def test_a_version_of_which_nothing_is_said_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="has nothing under"):
        notes(TEXT, version)


def test_our_changelog_says_what_is_unreleased() -> None:
    assert notes(CHANGELOG.read_text(encoding="utf-8"), "Unreleased")
