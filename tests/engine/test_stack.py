"""Programs, run by the engine with real processes: what is done, in which order, and what the state says after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulumi_assistai.engine import EngineError, Stack
from pulumi_assistai.engine.reporting.diff import changed_keys, hidden_differences
from pulumi_assistai.engine.reporting.events import Finished, Severity, Started, Summary
from pulumi_assistai.engine.storage.lock import locked
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.properties import UNKNOWN, Secret
from tests.engine.conftest import PROVIDER, Things, counts
from tests.waiting import DEADLINE, started, wait_for, wait_while_running

GRAPH = """
a = Thing("a", size=1)
b = Thing("b", near=a.out)
c = Thing("c", Options(depends_on=[b]))
pulumi.export("b", b.out)
pulumi.export("near", {"a": [a.out]})
"""
SECRET = """
token = Output.secret("hunter2")
a = Thing("a", Options(additional_secret_outputs=["out"]), token=token, nested={"list": [token]})
pulumi.export("token", token)
pulumi.export("config", pulumi.Config().require_secret("key"))
"""
URN = "urn:pulumi:dev::trial::pulumi-python:dynamic/things:Thing::"


def test_a_preview_does_nothing(things: Things) -> None:
    result = things.run("preview", GRAPH)
    assert result.succeeded
    assert result.has_changes
    assert counts(result) == {"create": 4}
    assert result.outputs == {"b": UNKNOWN, "near": {"a": [UNKNOWN]}}
    assert things.calls() == []
    assert things.resources() == {}


def test_a_graph_is_created_in_order_and_then_stays(things: Things) -> None:
    assert counts(things.up(GRAPH)) == {"create": 4}
    assert things.calls() == ["create a", "create b", "create c"]
    assert things.stack.outputs() == {"b": "none b", "near": {"a": ["none a"]}}
    before = things.resources()
    again = things.up()
    assert (counts(again), again.has_changes, things.calls()) == ({"same": 4}, False, [])
    assert things.resources() == before
    provider = before["default"]
    b = before["b"]
    assert b["provider"] == f"{provider['urn']}::{provider['id']}"
    assert b["dependencies"] == b["propertyDependencies"]["near"] == [URN + "a"]
    assert b["propertyDependencies"]["name"] == []
    assert b["parent"] == before["trial-dev"]["urn"]
    assert b["created"] == b["modified"]


def test_independent_resources_are_created_at_the_same_time(things: Things) -> None:
    result = things.up("for number in range(20): Thing(f't{number}')", parallel=4)
    assert counts(result) == {"create": 21}


def test_a_program_looks_at_each_of_its_outputs_a_few_times_only(things: Things) -> None:
    resources = 200
    things.up(
        f"""
        import asyncio, atexit, os, pathlib

        looked_at = []
        wait = asyncio.wait
        def counting(tasks, **options):
            looked_at.append(len(tasks))
            return wait(tasks, **options)
        asyncio.wait = counting
        atexit.register(
            lambda: pathlib.Path(os.environ["THINGS"], "looked-at").write_text(str(sum(looked_at)))
        )
        for number in range({resources}):
            Thing(f"thing-{{number}}")
        """
    )

    outputs = 20 * resources
    assert int((things.store / "looked-at").read_text()) < outputs


def test_an_update_changes_in_place(things: Things) -> None:
    created = things.up(GRAPH) and things.resources()["a"]
    things.calls()
    preview = things.run("preview", GRAPH.replace("size=1", "size=2"))
    # What a has out is not known before it is updated, so b may have to be, too.
    assert counts(preview) == {"update": 2, "same": 2}
    assert counts(things.up()) == {"update": 1, "same": 3}
    assert things.calls() == ["update a-0"]
    [change] = [change for change in preview.changes if change.urn == f"{URN}a"]
    assert (change.old["size"], change.new["size"], change.id) == (1, 2, "a-0")
    updated = things.resources()["a"]
    assert updated["created"] == created["created"] < updated["modified"]


def test_a_replacement_is_created_first(things: Things) -> None:
    program = 'a = Thing("a", kind=1)\nb = Thing("b", near=a.id)'
    things.up(program)
    things.calls()
    result = things.up(program.replace("kind=1", "kind=2"))
    assert counts(result) == {"replace": 1, "update": 1, "same": 1}
    assert things.calls() == ["create a", "update b-0", "delete a-0"]
    done = ["create-replacement a", "replace a", "update b", "delete-replaced a"]
    assert things.events.done() == done
    assert result.changes[0].replace_keys == ("kind",)
    assert things.resources()["a"]["id"] == "a-1"


def test_a_replacement_takes_dependents_along_where_the_old_one_goes_first(things: Things) -> None:
    program = 'a = Thing("a", place=1)\nb = Thing("b", kind=a.id)\nc = Thing("c", near=a.id)'
    things.up(program)
    things.calls()
    assert counts(things.up(program.replace("place=1", "place=2"))) == {"replace": 2, "same": 2}
    assert things.calls() == ["delete b-0", "delete a-0", "create a", "create b"]


def test_the_program_may_decide_the_order_of_a_replacement(things: Things) -> None:
    things.up('Thing("a", Options(delete_before_replace=True), kind=1)')
    things.calls()
    things.up('Thing("a", Options(delete_before_replace=True), kind=2)')
    assert things.calls() == ["delete a-0", "create a"]


def test_what_is_not_registered_any_more_is_deleted_in_reverse_order(things: Things) -> None:
    things.up(GRAPH)
    things.calls()
    assert counts(things.up("")) == {"delete": 3, "same": 1}
    assert things.calls() == ["delete c-0", "delete b-0", "delete a-0"]
    assert set(things.resources()) == {"trial-dev"}


def test_destroy_deletes_everything(things: Things) -> None:
    things.up(GRAPH)
    things.calls()
    assert counts(things.run("destroy", preview=True)) == {"delete": 4}
    assert things.calls() == []
    assert counts(things.run("destroy")) == {"delete": 4}
    assert things.calls() == ["delete c-0", "delete b-0", "delete a-0"]
    assert things.resources() == {}


def test_aliases_keep_renamed_and_moved_resources(things: Things) -> None:
    things.up('a = Thing("a")\nBox("box")\nThing("b", near=a.out)')
    things.calls()
    renamed = 'Options(aliases=[Alias(name="{}")]{})'
    program = f"""
    box = Box("crate", {renamed.format("box", "")})
    a = Thing("a2", Options(parent=box, aliases=[Alias(name="a", parent=pulumi.ROOT_STACK_RESOURCE)],
        ignore_changes=["name"]))
    Thing("b", near=a.out)
    """
    result = things.up(program)
    assert things.calls() == ["update box-0-0"]
    assert not {"create", "delete", "replace"} & counts(result).keys()
    resources = things.resources()
    assert resources["a2"]["parent"] == resources["crate"]["urn"]
    assert resources["b"]["dependencies"] == [resources["a2"]["urn"]]
    assert "aliases" not in resources["a2"]


def test_components_hold_their_children_and_outputs(things: Things) -> None:
    things.up('box = Box("box", size=2)\nThing("on", Options(depends_on=[box]))')
    resources = things.resources()
    box, child = resources["box"], resources["box-1"]
    assert (box["custom"], box["outputs"], child["parent"]) == (False, {"size": 2}, box["urn"])
    assert resources["on"]["dependencies"] == [resources["box-0"]["urn"], child["urn"]]


def test_children_take_options_over_from_their_parent(things: Things) -> None:
    things.up('box = Box("box", Options(protect=True, retain_on_delete=True))')
    assert things.resources()["box-0"]["protect"]
    assert things.resources()["box-0"]["retainOnDelete"]


def test_an_existing_resource_can_be_read(things: Things) -> None:
    (things.store / "theirs").write_text('{"name": "theirs"}')
    program = 'a = Thing("a", Options(id="theirs"))\npulumi.export("out", a.out)\npulumi.export("id", a.id)'
    assert things.run("preview", program).outputs["out"] == "none live"
    result = things.up()
    assert result.outputs == {"out": "none live", "id": "theirs"}
    assert (counts(result), things.resources()["a"]["external"]) == ({"create": 1}, True)
    things.calls()
    things.up("")
    assert things.calls() == []
    assert (things.store / "theirs").exists()


def test_protected_resources_are_neither_deleted_nor_replaced(things: Things) -> None:
    program = 'Thing("a", Options(protect=True), kind=1)\nThing("b")'
    things.up(program)
    things.calls()
    assert "cannot be deleted because it is protected" in "".join(things.errors("up", ""))
    assert things.calls() == ["delete b-0"]
    replaced = program.replace("kind=1", "kind=2")
    for verb in ("preview", "up"):
        assert "unable to replace" in "".join(things.errors(verb, replaced))
    things.up(replaced.replace("True", "False"))
    assert things.resources()["a"]["id"] == "a-1"


def test_retained_resources_are_only_forgotten(things: Things) -> None:
    things.up('Thing("a", Options(retain_on_delete=True))')
    things.calls()
    assert counts(things.up("")) == {"delete": 1, "same": 1}
    assert things.calls() == []
    assert (things.store / "a-0").exists()


def test_resources_may_go_with_another_one(things: Things) -> None:
    program = """
    a = Thing("a", kind=1)
    Thing("with", Options(deleted_with=a))
    Thing("too", Options(replace_with=[a]))
    """
    things.up(program)
    assert things.document()["version"] == 4
    things.calls()
    assert counts(things.up(program.replace("kind=1", "kind=2"))) == {"replace": 3, "same": 1}
    assert sorted(things.calls()) == ["create a", "create too", "create with", "delete a-0", "delete too-0"]


def test_ignored_changes_do_nothing(things: Things) -> None:
    program = 'Thing("a", Options(ignore_changes=["size", "deep.list[0]"]), size=1, deep={"list": [1]})'
    things.up(program)
    things.calls()
    result = things.up(program.replace("size=1", "size=2").replace("[1]", "[2]"))
    assert (counts(result), things.calls()) == ({"same": 2}, [])


def test_changes_may_be_declared_to_replace(things: Things) -> None:
    program = 'Thing("a", Options(replace_on_changes=["deep.list[*]"]), undecided=True, deep={"list": [1], "b": 1})'
    things.up(program)
    assert counts(things.up(program.replace('"b": 1', '"b": 2'))) == {"update": 1, "same": 1}
    assert counts(things.up(program.replace("[1]", "[2]"))) == {"replace": 1, "same": 1}


def test_secrets_are_in_no_file_and_stay_encrypted_as_they_are(things: Things) -> None:
    things.environment["PULUMI_CONFIG_PASSPHRASE"] = "test"
    crypter = Crypter.new("test")
    secure = f"encryptionsalt: {crypter.salt}\nconfig:\n  trial:key:\n    secure: {crypter.encrypt('hunter3')}\n"
    things.write("Pulumi.dev.yaml", secure)
    result = things.up(SECRET)
    assert result.outputs == {"token": Secret("hunter2"), "config": Secret("hunter3")}
    text = (things.directory / ".sandbox" / "dev.json").read_text()
    assert "hunter" not in text
    resources = things.resources()
    ciphertexts = [resources["a"]["outputs"][key] for key in ("token", "out")]
    assert all("ciphertext" in ciphertext for ciphertext in ciphertexts)
    things.up()
    assert things.resources() == resources
    assert things.stack.outputs() == {"token": "[secret]", "config": "[secret]"}
    assert things.stack.outputs(show_secrets=True)["token"] == "hunter2"
    things.environment["PULUMI_CONFIG_PASSPHRASE"] = "wrong"
    with pytest.raises(EngineError, match="incorrect passphrase"):
        things.run("preview")


def test_configuration_comes_from_both_files(things: Things) -> None:
    project = "name: trial\nruntime: {name: python}\nconfig:\n  one: 1\n  two: {value: [a]}\n  three: {default: yes}\n"
    things.write("Pulumi.yaml", project + "  other:four: 2020-01-01\n")
    things.write("Pulumi.dev.yaml", "config:\n  one: true\n  trial:config:five: {a: 1.5}\n")
    expected = {
        "trial:one": "true",
        "trial:two": '["a"]',
        "trial:three": "yes",
        "other:four": "2020-01-01",
        "trial:five": '{"a":1.5}',
    }
    assert things.stack.config == expected
    things.up('Thing("a")\npulumi.export("one", pulumi.Config().require_bool("one"))')
    assert things.stack.outputs() == {"one": True}
    assert things.resources()["default"]["inputs"] == expected
    things.write("Pulumi.yaml", project + "  needed: {type: string}\n")
    with pytest.raises(EngineError, match="the stack has no value for trial:needed"):
        things.run("preview")


def test_the_program_may_lie_in_a_folder(things: Things) -> None:
    things.write("Pulumi.yaml", "name: trial\nruntime: python\nmain: sub\n")
    things.program('import os\nThing("a")\npulumi.export("cwd", os.path.basename(os.getcwd()))')
    (things.directory / "sub").mkdir()
    for name in ("__main__.py", "things.py"):
        (things.directory / name).rename(things.directory / "sub" / name)
    assert things.up().outputs == {"cwd": "sub"}


def test_an_explicit_provider_has_its_own_configuration(things: Things) -> None:
    program = """
    red = Painter("red", color="red", token=Output.secret("hunter2"))
    Thing("a", Options(provider=red))
    Box("box", Options(providers=[red]))
    Thing("plain")
    """
    things.up(program)
    resources = things.resources()
    assert [resources[name]["outputs"]["out"] for name in ("a", "box-0", "plain")] == [
        "red a",
        "red box-0",
        "none plain",
    ]
    assert "ciphertext" in resources["red"]["inputs"]["token"]
    result = things.up(program.replace('color="red"', 'color="blue"').replace("provider=red)", "provider=red), size=2"))
    assert counts(result) == {"update": 2, "same": 4}
    after = things.resources()
    assert after["red"]["id"] == resources["red"]["id"]
    assert after["a"]["outputs"]["out"] == "blue a"


def test_nothing_is_asked_of_a_provider_whose_configuration_is_unknown(things: Things) -> None:
    program = 'a = Thing("a", size=1)\nThing("b", Options(provider=Painter("p", color=a.out)), size=1)'
    preview = things.run("preview", program)
    assert (counts(preview), preview.diagnostics) == ({"create": 4}, ())
    things.up()
    preview = things.run("preview", program.replace("size=1", "size=2"))
    assert counts(preview) == {"update": 3, "same": 1}
    assert [message.severity for message in preview.diagnostics] == [Severity.WARNING]


def test_a_failing_creation_ends_the_deployment_and_keeps_what_was_done(things: Things) -> None:
    program = 'a = Thing("a")\nb = Thing("b", near=a.out, refuse="create")\nc = Thing("c", near=b.out)'
    result = things.run("up", program)
    assert not result.succeeded
    assert [(message.message, message.urn) for message in result.diagnostics] == [("there is no room", f"{URN}b")]
    assert set(things.resources()) == {"trial-dev", "default", "a"}
    assert "pending_operations" not in things.document()["deployment"]
    assert isinstance(things.events.seen[-1], Summary)
    assert counts(things.up(program.replace(', refuse="create"', ""))) == {"same": 2, "create": 2}


def test_a_failing_update_says_why_before_its_traceback(things: Things) -> None:
    things.up('Thing("a")')
    [message] = things.errors("up", 'Thing("a", refuse="update")')
    first, second, *_ = message.splitlines()
    assert (first, second) == ("it is stuck", "Traceback (most recent call last):")
    assert "refuse" not in things.resources()["a"]["inputs"]


@pytest.mark.parametrize(("field", "message"), [("", "is not wanted"), ("size", "size: is not wanted")])
def test_a_failing_check_is_told_in_its_own_words(things: Things, field: str, message: str) -> None:
    program = f'Thing("a", refuse="check", field={field!r})'
    assert things.errors("preview", program) == [message]
    assert things.errors("up") == [message]


def test_a_program_that_raises_deletes_nothing(things: Things) -> None:
    things.up(GRAPH)
    things.calls()
    [message] = things.errors("up", 'Thing("a", size=1)\nraise ValueError("oh no")')
    assert message.startswith("Program failed with an unhandled exception:")
    assert message.endswith("ValueError: oh no\n")
    assert "runpy" not in message
    assert (things.calls(), len(things.resources())) == ([], 5)
    assert things.stack.outputs()["b"] == "none b"
    assert things.errors("up", 'raise pulumi.RunError("not like this")') == ["not like this"]
    assert things.errors("up", "raise SystemExit(3)") == ["program exited with non-zero exit code: 3"]
    assert things.calls() == []


def test_two_resources_of_one_name_are_refused(things: Things) -> None:
    [message] = things.errors("up", 'Thing("a")\nThing("a")')
    assert message.startswith(f"duplicate resource URN '{URN}a'")


@pytest.mark.parametrize(
    ("program", "feature"),
    [
        ('pulumi.StackReference("org/other/dev")', "stack references"),
        ('pulumi.CustomResource("aws:s3:Bucket", "b")', "the provider aws"),
        ('Thing("a", Options(import_="x"))', "the resource option import_ (resource a)"),
        ('Thing("a", Options(transforms=[lambda args: None]))', "transforms (resource a)"),
        ('pulumi.runtime.invoke("aws:s3:getBucket", {})', "the function aws:s3:getBucket"),
        ('pulumi.ComponentResource("x:y:Z", "z", {}, None, True)', "remote components (resource z)"),
    ],
)
def test_what_only_the_cli_does_is_refused_by_name(things: Things, program: str, feature: str) -> None:
    assert things.errors("preview", program) == [f"the embedded engine does not support {feature}; the Pulumi CLI does"]


def test_what_programs_and_providers_print_is_passed_on(things: Things) -> None:
    program = """
    print("hello")
    pulumi.log.warn("careful")
    Thing("a", say="warning: it is small")
    Thing("b", say="it is big")
    """
    said = {(message.severity, message.message) for message in things.up(program).diagnostics}
    assert said == {
        (Severity.INFO, "hello"),
        (Severity.WARNING, "careful"),
        (Severity.WARNING, "it is small"),
        (Severity.INFO, "it is big"),
    }


def test_a_refresh_finds_what_drifted_and_what_is_gone(things: Things) -> None:
    things.up(GRAPH)
    (things.store / "a-0").write_text('{"name": "a", "size": 7}')
    (things.store / "b-0").unlink()
    things.calls()
    preview = things.run("refresh", preview=True)
    assert counts(preview) == counts(things.run("refresh")) == {"update": 1, "delete": 1, "same": 2}
    assert {change.op for change in preview.changes if change.refreshed} == {"update", "delete"}
    resources = things.resources()
    assert resources["a"]["outputs"]["size"] == 7
    assert "b" not in resources
    assert resources["c"].get("dependencies", []) == []
    assert sorted(things.calls()) == sorted(["read a-0", "read b-0", "read c-0"] * 2)
    assert counts(things.up()) == {"update": 1, "create": 1, "same": 2}


def test_an_update_may_refresh_first(things: Things) -> None:
    things.up(GRAPH)
    (things.store / "a-0").unlink()
    things.calls()
    assert counts(things.run("preview", refresh=True)) == {"create": 1, "update": 1, "same": 2}
    assert things.resources()["a"]["id"] == "a-0"
    assert counts(things.up(refresh=True)) == {"create": 1, "same": 3}


def test_timeouts_and_triggers_are_recorded(things: Things) -> None:
    timeouts = 'custom_timeouts=CustomTimeouts(create="1h30m", delete="1.5s")'
    program = f'Thing("a", Options({timeouts}, replacement_trigger=1))'
    things.up(program)
    assert things.resources()["a"]["customTimeouts"] == {"create": 5400, "delete": 1.5}
    assert counts(things.up(program.replace("=1)", "=2)"))) == {"replace": 1, "same": 1}


def test_an_exported_state_can_be_imported(things: Things) -> None:
    things.up(GRAPH)
    exported = things.stack.export_state()
    things.run("destroy")
    things.stack.import_state(exported)
    assert things.stack.export_state() == exported
    with pytest.raises(EngineError, match="belongs to another stack"):
        Stack(things.directory, "other").import_state(exported)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no Pulumi\.yaml in .*; use a project's folder, or make one with `assist"):
        Stack(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: nodejs\n")
    with pytest.raises(EngineError, match="does not support the runtime nodejs"):
        Stack(tmp_path)


def test_two_runs_do_not_meet(things: Things) -> None:
    things.up("")
    with locked(things.directory / ".sandbox" / "dev.lock", "dev"):
        with pytest.raises(EngineError, match=f"stack dev is in use by process {os.getpid()}; wait until it ends"):
            things.run("up")
        assert things.run("preview").succeeded
    things.up("")


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def start_up(things: Things, program: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start `up` in another process, and wait until its provider waits in a creation."""
    things.program(program)
    code = (
        "import sys; from pathlib import Path; from pulumi_assistai.engine import Stack\n"
        "class Quiet:\n    def show(self, event): pass\n"
        "Stack(Path(sys.argv[1])).up(Quiet())"
    )
    command = [sys.executable, "-c", code, str(things.directory)]
    with started(command, os.environ | things.environment) as engine:
        wait_while_running(engine, (things.store / "waiting").exists)
        yield engine


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_engine_leaves_a_readable_state_and_no_process(things: Things) -> None:
    with start_up(things, 'a = Thing("a")\nb = Thing("b", near=a.out, wait=60)') as engine:
        begun = children(engine.pid)
    assert len(begun) == 2
    wait_for(lambda: not any(map(is_alive, begun)))
    assert set(things.resources()) == {"trial-dev", "default", "a"}
    pending = things.document()["deployment"]["pending_operations"]
    assert [(entry["type"], entry["resource"]["urn"]) for entry in pending] == [("creating", f"{URN}b")]

    result = things.up('Thing("a")')
    [warning] = [message.message for message in result.diagnostics if message.severity is Severity.WARNING]
    assert f"{URN}b, interrupted while creating" in warning
    assert things.document()["deployment"]["pending_operations"] == pending


def test_without_checkpoints_the_state_is_written_at_the_end_alone(things: Things) -> None:
    things.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    with start_up(things, 'a = Thing("a")\nb = Thing("b", near=a.out, wait=60)'):
        pass
    assert things.resources() == {}
    assert things.calls() == ["create a", "create b"]
    result = things.run("up", 'a = Thing("a")\nb = Thing("b", near=a.out, refuse="create")')
    assert not result.succeeded
    assert set(things.resources()) == {"trial-dev", "default", "a"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("skip_checkpoints", ["0", "1"])
def test_an_interrupted_engine_finishes_what_it_has_begun(things: Things, skip_checkpoints: str) -> None:
    things.environment["PULUMI_SKIP_CHECKPOINTS"] = skip_checkpoints
    with start_up(things, 'a = Thing("a", wait=1)\nb = Thing("b", near=a.out)') as engine:
        engine.send_signal(signal.SIGINT)
        assert engine.wait(DEADLINE) != 0
    assert things.calls() == ["create a"]
    assert set(things.resources()) == {"trial-dev", "default", "a"}
    assert "pending_operations" not in things.document()["deployment"]


def test_a_provider_that_dies_is_told(things: Things) -> None:
    things.write("things.py", PROVIDER.replace("sys.tracebacklimit = 0", "os._exit(1)"))
    assert things.errors("up", 'Thing("a", refuse="create")') == ["the process of the provider default has ended"]


def test_every_event_comes_before_the_summary(things: Things) -> None:
    things.up(GRAPH)
    kinds = [type(event) for event in things.events.seen]
    assert kinds.index(Summary) == len(kinds) - 1


def test_options_about_plugins_are_said_to_be_ignored_once(things: Things) -> None:
    result = things.up(
        """
        for name in ("a", "b"):
            Thing(name, Options(version="1.2.3", plugin_download_url="https://example.com"))
        Thing("c", Options(id="c", version="1.2.3"))
        """
    )
    # Which of two resources that are declared at the same time is first is a matter of chance.
    said = [
        f"{message.severity}: {message.message.replace('resource b', 'resource a')}" for message in result.diagnostics
    ]
    assert sorted(said) == [
        f"warning: the resource option {option} (resource a) is ignored: the embedded engine runs the installed version"
        for option in ("plugin_download_url", "version")
    ]


HIDDEN = """
a = Thing(
    "a", Options(hide_diffs=["text", "deep.list[*].prompt", "none", "name"]),
    text="{0}", deep={{"list": [{{"prompt": "{0}", "n": {1}}}]}},
)
"""


@pytest.mark.parametrize("verb", ["preview", "up"])
def test_a_hidden_difference_is_named_and_not_shown(things: Things, verb: str) -> None:
    things.up(HIDDEN.format("one", 1))
    things.run(verb, HIDDEN.format("two", 2))
    change = next(event.change for event in things.events.seen if isinstance(event, Started) and event.change.old)
    old, new = change.old or {}, change.new or {}
    assert changed_keys(change) == "~deep,text"
    assert [str(line).strip() for line in hidden_differences(old, new, 1, change.hidden)] == [
        "~ deep.list[*].prompt (hidden)",
        "~ text (hidden)",
        "~ deep: {",
        "~ list: [",
        "~ [0]: {",
        "~ n: 1 => 2",
        "}",
        "]",
        "}",
    ]


def test_a_refresh_hides_what_the_state_says_is_hidden(things: Things) -> None:
    things.up(HIDDEN.format("one", 1))
    (things.store / "a-0").write_text('{"name": "a", "text": "two"}')
    things.run("refresh", preview=True)
    [change] = [event.change for event in things.events.seen if isinstance(event, Finished) and event.change.old]
    shown = [str(line).strip() for line in hidden_differences(change.old or {}, change.new or {}, 1, change.hidden)]
    assert shown == ["~ text (hidden)", '~ out: "none a" => "none live"']


def test_a_state_with_secrets_in_clear_is_encrypted_when_it_is_imported(things: Things) -> None:
    things.up('Thing("a", word=Output.secret("hunter2"))')
    clear = things.stack.export_state(show_secrets=True)
    assert "hunter2" in json.dumps(clear)
    things.stack.import_state(clear)
    assert "hunter2" not in (things.directory / ".sandbox" / "dev.json").read_text()
    assert not things.run("preview").has_changes
