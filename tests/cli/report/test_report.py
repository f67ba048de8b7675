"""Reports of real previews, which `python -m tools.previews` makes, and of previews made up for one thing each."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Assistai
from tests.cli.report.previewing import HERE, WHATSAPP, changed_agency, document, rewrite, step, update, urn_of

NATIVE_AGENT = "assistai:index:Agent"
CASES = sorted(path.stem for path in (HERE / "previews").glob("*.json"))
FORMATS = ("markdown", "terminal", "html")


@pytest.mark.parametrize("case", CASES)
def test_a_real_preview_reads_as_kept(assistai: Assistai, case: str, tmp_path: Path) -> None:
    arguments = ("report", HERE / "previews" / f"{case}.json", "-C", changed_agency(tmp_path))
    run = assistai(*arguments)
    assert run.status == 0, run.err
    assert run.out == (HERE / "reports" / f"{case}.md").read_text(encoding="utf-8")
    assert assistai(*arguments).out == run.out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_no_report_has_a_secret(assistai: Assistai, case: str, form: str) -> None:
    run = assistai("report", HERE / "previews" / f"{case}.json", "--format", form)
    assert run.status == 0, run.err
    assert "canary" not in run.out
    assert "Preview of" in run.out


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("fragment", ["compartido/cortesia.md", "12 agents", "[-tres-]", "{+cuatro+}"]),
        ("word", ["[-paciencia-]", "{+cortesía+}", "…"]),
        ("blank", ["+ ⏎"]),
        ("secret", ["secret text changed (not shown): instructions"]),
        ("removed", ["stays live and keeps answering", "is archived"]),
        ("dashboard", ["overwrites the edit", "warning", "tienda-soporte"]),
        ("failing", ["The preview failed", "tienda-reclamos"]),
        ("moved", ["was tienda-ventas"]),
        ("adopted", ["adopts the live agent A-005", "tienda-mostrador manages it from now on"]),
        ("phone", ["the phone of agent A-001 is disconnected"]),
    ],
)
def test_the_terminal_says_the_same(assistai: Assistai, case: str, words: list[str], tmp_path: Path) -> None:
    preview = HERE / "previews" / f"{case}.json"
    run = assistai("report", preview, "--format", "terminal", "-C", changed_agency(tmp_path))
    assert [word for word in words if word not in run.out] == []


@pytest.mark.parametrize("form", FORMATS)
def test_fifty_rewritten_agents_fit_into_a_comment(assistai: Assistai, form: str, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(rewrite(50))
    whole = assistai("report", file, "--format", form, "--max-chars", 1_000_000).out
    fitted = assistai("report", file, "--format", form, "--max-chars", 65_536).out
    assert len(whole) > 65_536 >= len(fitted) > 50_000
    assert "50 agents in 5 organizations: 50 updated" in fitted
    assert "+60 -60 lines" in fitted
    assert "agente-49" in fitted
    assert "parts are shortened or omitted to fit" in fitted
    assert "parts are shortened" not in whole
    assert assistai("report", file, "--format", form, "--max-chars", 65_536).out == fitted


@pytest.mark.parametrize("form", FORMATS)
def test_the_shortest_report_has_the_counts(assistai: Assistai, form: str, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(rewrite(120))
    run = assistai("report", file, "--format", form, "--max-chars", 3_000, "--rest", "The artifact report.html has it.")
    assert len(run.out) <= 3_000
    assert "120 agents in 5 organizations: 120 updated" in run.out
    assert "The artifact report.html has it." in run.out


def test_only_markdown_is_limited_by_itself(assistai: Assistai, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(rewrite(50))
    assert len(assistai("report", file).out) <= 65_536
    assert len(assistai("report", file, "--format", "html").out) > 65_536


def test_new_prompts_go_before_changes_do(assistai: Assistai, tmp_path: Path) -> None:
    prompt = "\n".join(f"Línea {number} de un texto nuevo." for number in range(100))
    file = tmp_path / "preview.json"
    new = step("create", "nuevo", None, {"name": "Nuevo", "instructions": prompt})
    file.write_text(document(new, update("ventas", "Sé amable.", "Sé muy amable.")))
    assert "<details><summary>name, instructions: +101 lines</summary>" in assistai("report", file).out
    short = assistai("report", file, "--max-chars", 2_000).out
    assert "+101 lines, not shown" in short
    assert "+ Sé muy amable." in short


def test_out_writes_a_file_and_nothing_else(assistai: Assistai, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    run = assistai("report", HERE / "previews" / "new.json", "--format", "html", "--out", out)
    assert (run.status, run.out) == (0, "")
    assert "<details>" in out.read_text(encoding="utf-8")
    run = assistai("report", HERE / "previews" / "new.json", "--out", tmp_path / "missing" / "report.md")
    assert run.err.endswith("report.md: No such file or directory\n")


def test_colours_are_for_terminals(
    assistai: Assistai, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    run = assistai("report", HERE / "previews" / "word.json")
    assert "\x1b[7;32mcortesía" in run.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in assistai("report", HERE / "previews" / "word.json").out
    assert "##" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("case", "closed"),
    [
        ("removed", "delete"),
        ("phone", "disconnect, drift"),
        ("dashboard", "drift, warning"),
        ("failing", "error"),
        ("word", ""),
        ("nothing", ""),
    ],
)
def test_gates_close_on_what_they_are_for(assistai: Assistai, case: str, closed: str) -> None:
    run = assistai("report", HERE / "previews" / f"{case}.json", "--fail-on", "drift,delete,disconnect,warning,error")
    assert run.status == (3 if closed else 0)
    assert run.err == (f"stopped by --fail-on: the preview has {closed}\n" if closed else "")
    assert run.out


def test_a_gate_has_to_be_one(assistai: Assistai) -> None:
    run = assistai("report", HERE / "previews" / "word.json", "--fail-on", "drift,typo")
    assert run.status == 2
    assert "drift, delete, disconnect, warning, error" in run.err


def test_a_connected_phone_that_goes_closes_the_gate(assistai: Assistai, tmp_path: Path) -> None:
    old = {"agent_code": "A-001", "status": "connected", "phone_number": "584221234567"}
    file = tmp_path / "preview.json"
    agent = update("ventas", "a", "b")
    file.write_text(document(agent, step("delete", "ventas-whatsapp", old, type_=WHATSAPP)))
    run = assistai("report", file, "--fail-on", "disconnect")
    assert run.status == 3
    assert "the phone of Ventas will be disconnected" in run.out
    assert "584221234567" not in run.out


def test_an_integration_that_another_resource_goes_on_with_stays_connected(assistai: Assistai, tmp_path: Path) -> None:
    old = {"agent_code": "A-001", "status": "connected"}
    file = tmp_path / "preview.json"
    file.write_text(
        document(
            step("delete", "viejo-whatsapp", old, type_=WHATSAPP),
            step("create", "nuevo-whatsapp", None, {"agent_code": "A-001"}, type_=WHATSAPP),
        )
    )
    run = assistai("report", file, "--fail-on", "disconnect")
    assert run.status == 0
    assert "another resource now manages it: agent A-001 stays connected" in run.out


def test_edits_that_a_refresh_found_are_drift(assistai: Assistai, tmp_path: Path) -> None:
    old = {"name": "Ventas", "description": "Editada", "__edited": ["description"]}
    file = tmp_path / "preview.json"
    file.write_text(document(step("update", "ventas", old, {"name": "Ventas", "description": "Vende"})))
    run = assistai("report", file, "--fail-on", "drift")
    assert run.status == 3
    assert "edited in AssistAI (description)" in run.out


def test_what_retain_on_delete_means(assistai: Assistai, tmp_path: Path) -> None:
    gone = step("delete", "ventas", {"name": "Ventas"})
    gone["oldState"]["retainOnDelete"] = True
    (tmp_path / "preview.json").write_text(document(gone))
    assert "Pulumi only forgets" in assistai("report", tmp_path / "preview.json").out


def test_one_code_in_two_organizations_is_told_apart_by_the_values(assistai: Assistai, tmp_path: Path) -> None:
    said = 'warning: description of A-001 was edited in AssistAI: recorded "Uno", live "X", declared "Dos"; it will be'
    steps = (
        step("update", "a", {"name": "A", "description": "Uno"}, {"name": "A", "description": "Dos"}),
        step("update", "b", {"name": "B", "description": "1"}, {"name": "B", "description": "2"}, organization="B"),
    )
    file = tmp_path / "preview.json"
    file.write_text(document(*steps, diagnostics=({"severity": "info#err", "message": said + "\n\n"},)))
    assert "- ⚠️ **warning** `a`: description of A-001" in assistai("report", file).out


def test_a_message_that_names_a_new_agent_is_its_own(assistai: Assistai, tmp_path: Path) -> None:
    said = '"Ventas" differs from "ventas" (A-9) only in case, accents or signs: do you mean both?'
    diagnostics = ({"severity": "info#err", "message": f"warning: {said}\n"}, {"severity": "info", "message": "Hola"})
    file = tmp_path / "preview.json"
    file.write_text(document(step("create", "tienda-ventas", None, {"name": "Ventas"}), diagnostics=diagnostics))
    out = assistai("report", file).out
    assert "**warning** `tienda-ventas`: `Ventas` differs" in out
    assert "- Hola\n" in out


def test_a_text_that_becomes_a_secret_is_not_shown(assistai: Assistai, tmp_path: Path) -> None:
    signature = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"canary"'}
    file = tmp_path / "preview.json"
    old, new = {"name": "A", "instructions": "canary"}, {"name": "A", "instructions": signature}
    file.write_text(document(step("update", "a", old, new), step("update", "b", new, old, code="A-2")))
    out = assistai("report", file).out
    assert "canary" not in out
    assert "instructions is a secret from now on (not shown)" in out
    assert "instructions is no longer a secret (its old text is not shown)" in out


def test_secrets_beside_visible_changes_may_have_changed_too(assistai: Assistai, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    old = {"name": "A", "purpose": "[secret]", "instructions": "[secret]"}
    file.write_text(
        document(
            step("update", "a", old, old | {"name": "B"}),
            step("update", "b", old, old, code="A-2"),
            step("update", "c", old, old, code="A-3", diffReasons=["instructions"]),
        )
    )
    out = assistai("report", file).out
    assert "secret text may have changed as well (not shown): purpose, instructions" in out
    assert "secret text changed (not shown): one or more of purpose, instructions" in out
    assert "secret text changed (not shown): instructions\n" in out


def test_types_and_names_of_the_native_provider_are_known(assistai: Assistai, tmp_path: Path) -> None:
    old = {"name": "Ventas", "onDelete": "archive", "organizationCode": "ACME", "code": "A-1"}
    urn = urn_of("ventas", NATIVE_AGENT)
    gone = {"op": "delete", "urn": urn, "oldState": {"urn": urn, "inputs": old, "outputs": old}}
    (tmp_path / "preview.json").write_text(document(gone))
    out = assistai("report", tmp_path / "preview.json").out
    assert "### ACME: 1 archived" in out
    assert "renamed `[archived] Ventas`" in out


def test_an_import_takes_over_a_live_agent(assistai: Assistai, tmp_path: Path) -> None:
    inputs = {"name": "Ventas"}
    urn = urn_of("ventas", NATIVE_AGENT)
    state = {"urn": urn, "id": "A-1", "inputs": inputs, "outputs": {**inputs, "code": "A-1"}}
    of_the_cli = {"op": "import", "urn": urn, "newState": state}
    of_the_sandbox = {"op": "import", "urn": urn_of("otro", NATIVE_AGENT), "id": "A-2", "newInputs": inputs}
    phone = {"op": "import", "urn": urn_of("linea", "assistai:index:WhatsAppIntegration"), "id": "A-1", "newInputs": {}}
    (tmp_path / "preview.json").write_text(document(of_the_cli, of_the_sandbox, phone))
    out = assistai("report", tmp_path / "preview.json").out
    assert "2 imported" in out
    assert "1 WhatsApp imported" in out
    assert "takes over the live agent A-1 as it is" in out
    assert "takes over the live agent A-2 as it is" in out


def test_where_a_plugin_was_found_is_no_warning(assistai: Assistai, tmp_path: Path) -> None:
    said = {"severity": "warning", "message": "using pulumi-resource-assistai from $PATH at /opt/x/pulumi-resource\n"}
    (tmp_path / "preview.json").write_text(document(diagnostics=(said,)))
    run = assistai("report", tmp_path / "preview.json", "--fail-on", "warning")
    assert (run.status, "/opt/x" in run.out) == (0, False)


def test_blank_lines_at_different_places_are_different_changes(assistai: Assistai, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(document(update("a", "1\n2", "1\n\n2"), update("b", "3\n4", "3\n\n4", code="A-2")))
    assert "The same in several agents" not in assistai("report", file).out


def test_differences_that_cannot_be_seen_are_spelled_out(assistai: Assistai, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(document(update("a", "dos  blancos \nCafé", "dos blancos\nCafe\u0301")))
    out = assistai("report", file).out
    assert "- dos··blancos·\n" in out
    assert "+ dos·blancos\n" in out
    assert "- Caf\\xe9\n" in out
    assert "+ Cafe\\u0301\n" in out


def test_a_long_line_that_is_all_new_is_shown_whole(assistai: Assistai, tmp_path: Path) -> None:
    old, new = " ".join(f"antes{n}" for n in range(50)), " ".join(f"ahora{n}" for n in range(50))
    (tmp_path / "preview.json").write_text(document(update("a", old, new)))
    out = assistai("report", tmp_path / "preview.json").out
    assert f"- {old}\n+ {new}\n" in out


def test_a_line_of_very_many_changed_words_counts_as_one_change(assistai: Assistai, tmp_path: Path) -> None:
    same = " ".join(f"igual{n}" for n in range(4_000))
    old, new = f"{same} {'a ' * 3_000}fin", f"{same} {'b ' * 3_000}fin"
    (tmp_path / "preview.json").write_text(document(update("a", old, new)))
    out = assistai("report", tmp_path / "preview.json").out
    assert "[-a a a" in out
    assert "a-] fin" in out


def test_standard_input_is_read_where_no_file_is_named(assistai: Assistai, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Previewing update (dev)\n" * 1_000 + (HERE / "previews" / "blank.json").read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    assert assistai("report").out == (HERE / "reports" / "blank.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("Previewing update\n", "it has no JSON object"),
        ("[1, 2]", "it has no JSON object"),
        ('{"a": 1}', 'its JSON has neither "steps" nor "changeSummary"'),
        ('log\n{"steps": [\n{"op": "same",', "its JSON is cut off or invalid at line 3"),
        ('{"steps": 5}', "steps: Input should be a valid list"),
        ('{"steps": [{"op": "same"}]}', "steps.0.urn: Field required"),
        (
            '{"steps": [{"op": "same", "urn": "u", "oldState": {"inputs": [1]}}]}',
            "steps.0.oldState.inputs: Input",
        ),
        ('{"steps":' + "[" * 100_000, "its JSON is invalid"),
        ("{\n" * 50_000, "its JSON is cut off or invalid at line"),
    ],
)
def test_what_is_no_preview_is_one_clear_error(assistai: Assistai, text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    file.write_text(text)
    run = assistai("report", file)
    assert run.status == 1
    assert f"is not the JSON of a preview: {reason}" in run.err
    assert "write it with `pulumi preview --json`" in run.err
    assert run.err.count("\n") == 1


def test_a_file_that_is_not_there_is_one_clear_error(assistai: Assistai, tmp_path: Path) -> None:
    run = assistai("report", tmp_path / "none.json")
    assert run.err.endswith("none.json: No such file or directory\n")
    assert assistai("report", "a.json", "b.json").status == 2


def test_a_report_does_not_wait_for_somebody_to_type(assistai: Assistai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert "`pulumi preview --json | assistai report`, or `assistai report --run`" in assistai("report").err


def test_the_token_of_the_environment_is_in_no_report(
    assistai: Assistai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "canary-of-the-environment")
    said = {"severity": "error", "message": "refused canary-of-the-environment"}
    (tmp_path / "preview.json").write_text(document(diagnostics=(said,)))
    out = assistai("report", tmp_path / "preview.json").out
    assert "**error** refused" in out
    assert "canary" not in out


def test_tracebacks_are_not_shown(assistai: Assistai, tmp_path: Path) -> None:
    trace = 'Traceback (most recent call last):\n  File "/home/ana/x/agentes.py", line 7, in f\n    g()\n'
    said = {"severity": "error", "message": f"error: Exception calling application: {trace}KeyError: 'a'\n"}
    (tmp_path / "preview.json").write_text(document(diagnostics=(said,)))
    out = assistai("report", tmp_path / "preview.json").out
    assert "Traceback" not in out
    assert "/home/ana" not in out
    assert "KeyError: `'a'` (`agentes.py`, line 7)" in out


def test_other_resources_and_unknown_operations_are_named(assistai: Assistai, tmp_path: Path) -> None:
    file = tmp_path / "preview.json"
    other = {"op": "create", "urn": urn_of("cubo", "aws:s3/bucket:Bucket"), "newState": {"inputs": {"tags": {"a": 1}}}}
    file.write_text(document(other, {"op": "import", "urn": "strange"}))
    out = assistai("report", file).out
    assert "no agent changes; 2 other resources" in out
    assert "- `cubo`: create\n" in out


def test_numbers_and_values_after_up_are_told(assistai: Assistai, tmp_path: Path) -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    file = tmp_path / "preview.json"
    old = {"name": "A", "instructions": "x", "tone": 5}
    file.write_text(json.dumps({"steps": [step("update", "a", old, old | {"instructions": unknown, "tone": 6})]}))
    out = assistai("report", file).out
    assert "instructions is known only after `pulumi up`" in out
    assert "- 5\n+ 6\n" in out


def test_what_a_refresh_found_reads_as_drift(assistai: Assistai, tmp_path: Path) -> None:
    found = step("refresh", "ventas", {"name": "Ventas"}, {"name": "Ventas"})
    found["newState"]["outputs"] = {"name": "Ventas 2", "code": "A-001"}
    same = step("refresh", "soporte", {"name": "Soporte"}, code="A-2")
    same["newState"] = same["oldState"]
    (tmp_path / "preview.json").write_text(document(found, same))
    run = assistai("report", tmp_path / "preview.json", "--fail-on", "drift")
    assert run.status == 3
    out = run.out
    assert "`ventas` (`Ventas`, `A-001`): drifted" in out
    assert "name changed in AssistAI, as this refresh found" in out
    assert "soporte" not in out


def test_only_a_file_that_every_agent_includes_names_a_change(assistai: Assistai, tmp_path: Path) -> None:
    fleet, shared = tmp_path / "fleet", tmp_path / "shared"
    for folder in (fleet, shared, tmp_path / "venv", tmp_path / "node_modules"):
        folder.mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    (tmp_path / "venv" / "copy.md").write_text("Trata de tú.")
    includes = '{% include "a.md" %}{% include "../b.md" %}{% include "/etc/hosts" %}{% include "none.md" %}'
    (fleet / "uno.md").write_text(includes)
    (fleet / "dos.md").write_text('{% include "b.md" %}')
    (fleet / "tres.md").write_bytes(b"\xff")
    (shared / "b.md").write_text('{% include "a.md" %}')
    (shared / "a.md").write_text("Eres de {{ empresa }}.\nTrata de tú.")
    steps = [update(f"fleet-{key}", "Trata de usted.", "Trata de tú.", code=key) for key in ("uno", "dos")]
    (tmp_path / "preview.json").write_text(document(*steps))
    assert "#### `shared/a.md`: 2 agents" in assistai("report", tmp_path / "preview.json", "-C", tmp_path).out
    (shared / "a.md").write_text("Otra cosa.")
    assert "#### `instructions`: 2 agents" in assistai("report", tmp_path / "preview.json", "-C", tmp_path).out


def test_a_fence_is_longer_than_any_in_the_prompt(assistai: Assistai, tmp_path: Path) -> None:
    (tmp_path / "preview.json").write_text(document(update("a", "````\nuno\n```", "````\ndos\n```")))
    out = assistai("report", tmp_path / "preview.json").out
    assert "\n`````diff\n@@ instructions -1,3 +1,3 @@\n  ````\n- uno\n+ dos\n  ```\n`````\n" in out


def test_the_order_of_a_preview_does_not_matter(assistai: Assistai, tmp_path: Path) -> None:
    groups = {"ab": "y", "cdef": "z", "ghi": "w"}
    steps = [update(name, "x", new, code=name) for names, new in groups.items() for name in names]
    file = tmp_path / "preview.json"
    file.write_text(document(*steps))
    first = assistai("report", file).out
    assert first.index("4 agents") < first.index("3 agents") < first.index("2 agents")
    file.write_text(document(*reversed(steps)))
    assert assistai("report", file).out == first


def test_new_organizations_are_told_apart_by_their_providers(assistai: Assistai, tmp_path: Path) -> None:
    steps = [
        step("create", name, None, {"name": name}, provider=f"{urn_of(name, 'pulumi:providers:pulumi-python')}::id")
        for name in ("clinica", "taller")
    ]
    default = step("create", "otro", None, {"name": "otro"})
    (tmp_path / "preview.json").write_text(document(*steps, default))
    out = assistai("report", tmp_path / "preview.json").out
    assert [line for line in out.splitlines() if line.startswith("### ")] == [
        "### default connection: 1 created",
        "### provider clinica: 1 created",
        "### provider taller: 1 created",
    ]
