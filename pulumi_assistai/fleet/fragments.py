"""Fragments: files that templates include."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateError, TemplateNotFound
from jinja2.loaders import split_template_path

from pulumi_assistai.fleet.reading import UnreadableError, read_text


class FragmentError(TemplateError):
    """An existing file cannot be included."""


class Fragments(BaseLoader):
    """A loader of files in folders. It reads no file outside of them, even through links.

    Args:
        folders: the folders, in the order of the search.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002
        """Return the text of a file, and its path.

        Raises:
            TemplateNotFound: there is no such file.
            FragmentError: the file cannot be read, or is outside of the folders.
        """
        parts = split_template_path(template)
        for folder in self._folders:
            path = folder.joinpath(*parts)
            if os.path.lexists(path):
                return self._read(path), str(path), None
        raise TemplateNotFound(template)

    def _read(self, path: Path) -> str:
        try:
            real = path.resolve()
            if not any(real.is_relative_to(folder.resolve()) for folder in self._folders):
                raise FragmentError(f"{path} is a link to a file outside the fleet's folders")
            return read_text(real)
        except UnreadableError as error:
            raise FragmentError(f"{path} {error}") from None
        except (OSError, RuntimeError):
            # Python 3.13 does not follow a link to itself; older versions raise either error.
            raise FragmentError(f"{path} is a link to itself") from None
