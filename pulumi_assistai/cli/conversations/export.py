"""The export of transcripts as JSON Lines, to standard output or to a file. A file is written whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import Progress

from pulumi_assistai.cli.conversations.reading import Listed
from pulumi_assistai.cli.conversations.transcripts import Transcript, read_transcripts
from pulumi_assistai.cli.project.apis import note
from pulumi_assistai.engine.storage.files import replacing
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import visible

UNNAMED_AGENTS = (
    "AssistAI does not say which agent took part in a conversation: tell them apart by organization, time and text."
)


def read_all(listed: Listed, out: Path | None) -> Iterator[Transcript]:
    """Yield the transcripts of listed conversations, with progress on a terminal."""
    console = Console(file=sys.stderr)
    is_in_the_way = out is None and sys.stdout.isatty()
    with Progress(
        console=console,
        transient=True,
        redirect_stdout=False,
        disable=is_in_the_way or not console.is_terminal,
    ) as progress:
        found = (transcript for known, listing in listed for transcript in read_transcripts(known, listing.items))
        yield from progress.track(
            found, sum(len(listing.items) for _, listing in listed), description="Reading messages"
        )


def write(transcripts: Iterable[Transcript], out: Path | None) -> bool:
    """Write a line a transcript and say what could not be read; return whether all could.

    Raises:
        AssistAIError: the file cannot be written.
    """
    lines, messages, failed = 0, 0, 0
    with _opened(out) as stream:
        for transcript in transcripts:
            # ASCII: what comes from outside may hold characters that terminals obey.
            stream.write(f"{json.dumps(transcript.document())}\n")
            lines, messages = lines + 1, messages + len(transcript.messages or ())
            if transcript.failure:
                failed += 1
                _say_failure(transcript)
    note(f"{_plural(lines, 'conversation')} with {_plural(messages, 'message')} written{f' to {out}' if out else ''}.")
    if failed:
        note(
            f"Incomplete: {failed} of {lines} could not be read completely; their lines say why. Run the command again."
        )
    return not failed


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    file = out.resolve()
    if file.exists() and not file.is_file():
        raise AssistAIError(f"--out {out} is not a regular file; name another file, or use `>` instead of --out")
    try:
        with replacing(file) as stream:
            yield stream
    except OSError as error:
        raise AssistAIError(f"cannot write {out}: {error.strerror}; nothing was written there") from None


def say_doubts(listed: Listed) -> bool:
    """Report organizations that may have more conversations; return whether there are none."""
    doubtful = [(known, listing) for known, listing in listed if not listing.complete]
    for known, listing in doubtful:
        note(visible(f"Incomplete: {known.label} may have more conversations: {listing.doubt}."))
    return not doubtful


def _say_failure(transcript: Transcript) -> None:
    where = f"conversation {transcript.conversation.uuid} of {transcript.organization.label}"
    note(visible(f"Not read completely: {where}: {transcript.failure}"))


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
