"""The journal of creations: one name in one organization is one POST, whichever process sends it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from pulumi_assistai import AdoptionError, AssistAIError, NameTakenError, OutcomeUnknownError
from pulumi_assistai.lifecycle import agents
from pulumi_assistai.lifecycle import journal as journal_module
from pulumi_assistai.lifecycle.creation import create_once, earlier_creation
from pulumi_assistai.lifecycle.journal import Creation, Journal, NoPage, Page, is_running, journal_folder, usable_folder
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api, settings_for
from tests.lifecycle.clock import Clock
from tests.lifecycle.conftest import Connect, listings

VENTAS = {"name": "Ventas"}


@pytest.fixture
def journal(connect: Connect, tmp_path: Path) -> Journal:
    return Journal(connect().settings, tmp_path)


@pytest.fixture
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "time", SimpleNamespace(time=lambda: 1_760_000_000.0))


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(timeout=60)
    return process.pid


def test_a_page_keeps_the_last_creation(journal: Journal) -> None:
    with journal.of("name", "Ventas", 1) as page:
        assert page.read(0) is None
        page.write()
        sent = page.read(0)
        page.write("A-001")
        made = page.read(0)
    assert sent is not None
    assert (sent.code, sent.pid, sent.is_under_way) == ("", os.getpid(), True)
    assert journal.peek("name", " Ventas\u00a0", 0) == made == Creation(made.at, os.getpid(), "A-001")
    assert journal.peek("name", "Ventas", time.time() + 1) is None
    assert journal.peek("name", "Ventas", made.at) is None
    assert journal.peek("adopt", "Ventas", 0) is None


def test_an_erased_or_damaged_page_is_empty(journal: Journal, tmp_path: Path) -> None:
    with journal.of("name", "Ventas", 1) as page:
        page.write()
        (file,) = tmp_path.glob("*.json")
        for text in ("{", "[]", json.dumps({"at": 1}), "null"):
            file.write_text(text)
            assert page.read(0) is None
        page.erase()
        page.erase()
    assert journal.peek("name", "Ventas", 0) is None


def test_the_page_of_a_name_stays_where_it_was(tmp_path: Path) -> None:
    """Two versions of the package may run side by side."""
    with Journal(settings_for("http://127.0.0.1:1"), tmp_path).of("name", "Ventas", 1) as page:
        page.write()
    assert [file.name for file in tmp_path.glob("*.json")] == ["9799997c635e1dae69c54976fe09f6d3.json"]


def test_half_a_character_has_a_page(journal: Journal) -> None:
    assert journal.peek("name", "\ud83d", 0) is None


def test_where_nobody_waits_nothing_is_kept() -> None:
    page = NoPage()
    page.write("A-1")
    assert page.read(0) is None


def test_a_name_is_held_by_one_at_a_time(journal: Journal) -> None:
    with journal.of("name", "Ventas", 1), pytest.raises(NameTakenError, match=r'working on name "Ventas" for 0 s'):
        journal.of("name", "Ventas", 0).__enter__()
    with journal.of("name", "Ventas", 0):
        pass


def test_the_folder_is_the_users_own(tmp_path: Path) -> None:
    assert journal_folder({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "pulumi-assistai" / "creations"
    assert journal_folder({}) == Path.home() / ".local" / "state" / "pulumi-assistai" / "creations"


def test_the_folder_on_windows_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert journal_folder({"LOCALAPPDATA": str(tmp_path)}) == tmp_path / "pulumi-assistai" / "creations"
    assert journal_folder({}) == Path.home() / "AppData" / "Local" / "pulumi-assistai" / "creations"


def test_a_folder_that_cannot_be_made_gives_way_to_one_for_temporary_files(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    other = usable_folder(tmp_path / "file" / "creations")
    assert other.parent == Path(tempfile.gettempdir())
    assert re.fullmatch(r"pulumi-assistai-[0-9a-f]{8}", other.name)
    assert other == usable_folder(tmp_path / "file" / "creations") != usable_folder(tmp_path / "file" / "others")


def test_a_folder_that_can_be_made_is_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "creations"
    assert usable_folder(folder) == usable_folder(folder) == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_process_of_somebody_else_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert is_running(1)


def test_a_process_that_ended_is_not_running() -> None:
    assert is_running(os.getpid())
    assert is_running(1)
    assert not is_running(ended_process())


def test_windows_is_not_asked_whether_a_process_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = ended_process()
    monkeypatch.setattr(sys, "platform", "win32")
    assert is_running(ended)


def test_sessions_side_by_side_create_one_name_once(connect: Connect, api: Api) -> None:
    api.faults.add("hang-after", method="POST", seconds=0.2, count=0)
    sessions = [connect() for _ in range(4)]
    for session in sessions:
        session.inventory.agents()

    def create(number: int) -> str:
        try:
            return create_once(sessions[number], VENTAS, allow_duplicate_name=False)
        except NameTakenError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(create, range(4)))
    assert len(api.bodies("POST")) == 1
    assert len([outcome for outcome in outcomes if "exists already" in outcome]) == 3


@pytest.mark.usefixtures("_time_stands_still")
def test_an_agent_that_another_process_made_is_waited_for(
    connect: Connect, api: Api, clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    session = connect()
    session.inventory.agents()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write()
    clock.during_sleep = [lambda: None, lambda: api.create("Ventas")]
    with pytest.raises(NameTakenError, match="exists already"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.bodies("POST") == []
    assert clock.slept == [0.25, 0.5]
    said = capfd.readouterr().err
    assert 'another process on this machine began to create "Ventas" 0 s ago, with unknown outcome; ' in said
    assert "looking for the agent in the listing for up to 15 s before creating one" in said


@pytest.mark.usefixtures("_time_stands_still")
def test_a_creation_that_succeeded_is_waited_for_by_its_code(
    connect: Connect, api: Api, capfd: pytest.CaptureFixture[str]
) -> None:
    session = connect()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write("A-gone")
    create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.bodies("POST") == [VENTAS]
    assert 'on this machine began to create "Ventas" 0 s ago and got A-gone; looking for' in capfd.readouterr().err


@pytest.mark.usefixtures("_time_stands_still")
def test_an_earlier_creation_is_remembered_until_its_time_is_over(connect: Connect) -> None:
    session = connect(grace_period=0.5)
    with session.journal.of("name", "Ventas", 1) as page:
        page.write("A-gone")
        creation = page.read(0)
    assert earlier_creation(session, "Ventas") == (creation, 0.5)
    assert earlier_creation(connect(grace_period=0), "Ventas") is None


def test_a_name_is_waited_for_as_long_as_two_creations_take(connect: Connect) -> None:
    session = connect(timeout=0.03, settle_time=0.02)
    held = session.journal.of("name", "Ventas", 1)
    with held, pytest.raises(NameTakenError, match=r'working on name "Ventas" for 0\.1 s'):
        create_once(session, VENTAS, allow_duplicate_name=False)


@pytest.mark.parametrize(("grace_period", "remembered"), [(1, False), (2, True)])
def test_a_lost_creation_is_forgotten_where_it_was_looked_for_long_enough(
    connect: Connect, api: Api, grace_period: float, *, remembered: bool
) -> None:
    session = connect(settle_time=1, grace_period=grace_period)
    api.faults.add("cut-before", method="POST")
    with pytest.raises(OutcomeUnknownError) as caught:
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert ("within 1 s; wait 1 s, then run `pulumi up` again" in str(caught.value)) == remembered
    assert (session.journal.peek("name", "Ventas", 0) is not None) == remembered


def test_a_lost_creation_whose_agent_was_found_is_noted_with_its_code(session: Session, api: Api) -> None:
    api.faults.add("cut-after", method="POST")
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    creation = session.journal.peek("name", "Ventas", 0)
    assert creation is not None
    assert creation.code == code


def test_an_agent_that_another_process_made_since_the_listing_is_seen_without_a_grace_period(
    connect: Connect, api: Api
) -> None:
    session = connect(grace_period=0)
    session.inventory.agents()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write(api.create("Ventas"))
    with pytest.raises(NameTakenError, match="exists already"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.bodies("POST") == []


def test_an_agent_that_was_made_before_the_listing_is_not_looked_for_again(connect: Connect, api: Api) -> None:
    with connect().journal.of("name", "Ventas", 1) as page:
        page.write("A-gone")
    create_once(connect(grace_period=0), VENTAS, allow_duplicate_name=False)
    assert listings(api) == 1


def test_a_look_that_fails_is_no_look_and_no_end(connect: Connect, api: Api, clock: Clock) -> None:
    session = connect()
    session.inventory.agents()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write()
    api.faults.add("status-before", method="GET", status=400)
    clock.during_sleep = [lambda: api.create("Ventas")]
    with pytest.raises(NameTakenError, match="exists already"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.bodies("POST") == []


@pytest.mark.usefixtures("_time_stands_still")
def test_nothing_is_created_where_nobody_could_look(connect: Connect, api: Api) -> None:
    session = connect()
    session.inventory.agents()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write()
    api.faults.add("status-before", method="GET", status=400, count=0)
    with pytest.raises(AssistAIError, match="answered 400"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.bodies("POST") == []


@pytest.mark.usefixtures("_time_stands_still")
def test_when_the_time_is_over_another_one_is_created(connect: Connect, api: Api) -> None:
    session = connect()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write()
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.agent("Ventas")["code"] == code
    found = session.journal.peek("name", "Ventas", 0)
    assert found is not None
    assert found.code == code


def test_a_refused_creation_leaves_no_trace_and_a_lost_one_does(connect: Connect, api: Api) -> None:
    session = connect(settle_time=0, grace_period=60)
    api.faults.add("status-before", method="POST", status=400)
    with pytest.raises(Exception, match="answered 400"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert session.journal.peek("name", "Ventas", 0) is None
    api.faults.add("cut-before", method="POST")
    with pytest.raises(OutcomeUnknownError, match="wait 60 s, then run `pulumi up` again"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    found = session.journal.peek("name", "Ventas", 0)
    assert found is not None
    assert found.code == ""


def test_two_processes_cannot_adopt_one_agent(connect: Connect, api: Api) -> None:
    code = api.create("Ventas")
    session = connect()
    inputs = {"name": "Ventas", "adopt": code}
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_as(session.journal, code, other.pid)
        words = f"^another provider .* or another stack is adopting agent {code} .process {other.pid}"
        with pytest.raises(AdoptionError, match=words):
            agents.create(session, inputs)
        other.kill()
        other.wait(timeout=60)
    assert agents.create(session, inputs).id == code


def write_as(journal: Journal, code: str, pid: int) -> None:
    with journal.of("adopt", code, 1) as page:
        page.write(code)
        page._file.write_text(json.dumps({"at": time.time(), "pid": pid, "code": code}))  # noqa: SLF001


@pytest.mark.usefixtures("_time_stands_still")
def test_a_preview_says_that_a_run_was_killed(connect: Connect, api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    session = connect()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write()
    assert agents.check(session, {}, VENTAS) == []
    assert api.bodies("POST") == []
    said = capfd.readouterr().err
    assert (
        'warning: another process on this machine began to create "Ventas", and no state has it (no answer): ' in said
    )
    assert "`pulumi up` looks for it for up to 15 s before it creates an agent" in said


def test_a_run_whose_agent_bears_another_name_now_is_no_news(
    connect: Connect, api: Api, capfd: pytest.CaptureFixture[str]
) -> None:
    session = connect()
    with session.journal.of("name", "Ventas", 1) as page:
        page.write(api.create("Ventas de antes"))
    assert agents.check(session, {}, VENTAS) == []
    assert "a run on this machine" not in capfd.readouterr().err


def test_half_a_line_hides_nothing_that_was_noted_before(tmp_path: Path) -> None:
    page = Page(tmp_path / "page.json")
    page.write("A-1")
    with (tmp_path / "page.json").open("a", encoding="utf-8") as stream:
        stream.write('{"at": 17')
    creation = page.read(0)
    assert creation is not None
    assert creation.code == "A-1"


def test_a_page_without_a_whole_line_notes_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(b'{"at": 17\n\n[]\n"x"\n')
    assert Page(tmp_path / "page.json").read(0) is None
    (tmp_path / "page.json").write_bytes(b"\xff")
    assert Page(tmp_path / "page.json").read(0) is None


def test_an_agent_that_was_listed_under_another_name_is_not_waited_for(connect: Connect, api: Api) -> None:
    code = create_once(connect(), {"name": "Ventas"}, allow_duplicate_name=False)
    api.edit(code, name="Soporte")
    assert earlier_creation(connect(grace_period=3600), "Ventas") is None
