"""Real previews for the tests of `assistai report`: `python -m tools.previews`. Needs the Pulumi CLI.

Each case is the output of `pulumi preview --json` after one change to a small program that is deployed to the emulator.
`python -m tools.previews reports` only writes the reports of the existing previews.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.cli.report.document import make_report
from pulumi_assistai.cli.report.fragments import find_fragments
from pulumi_assistai.cli.report.layout import write
from pulumi_assistai.cli.report.reading import read_preview
from pulumi_assistai.cli.report.renderers.markdown import MarkdownFormat
from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.cli.report.shop import CANARY, FRAGMENT, PROGRAM, TOKENS, files

PREVIEWS = Path(__file__).parents[1] / "tests" / "cli" / "report" / "previews"
AGENCY = Path(__file__).parents[1] / "examples" / "agencia"
MACHINE = ("sourcePosition", "stackTrace", "propertyDependencies")
CLIENTS = ("panaderia", "clinica", "taller")


@dataclass(frozen=True)
class Shop:
    """A deployed program, its folder and its API."""

    directory: Path
    api: Api
    environment: dict[str, str]

    def pulumi(self, *arguments: str) -> str:
        """Run `pulumi` and return its output, even if it failed."""
        done = subprocess.run(  # noqa: S603
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if arguments[0] != "preview" and done.returncode:
            sys.exit(done.stdout + done.stderr)
        return done.stdout

    def write(self, name: str, text: str) -> None:
        """Write a file of the program."""
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file of the program."""
        text = (self.directory / name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        self.write(name, text.replace(old, new))


def main() -> None:
    """Write every preview, unless only the reports are requested, and every report."""
    if "reports" not in sys.argv:
        record()
    with tempfile.TemporaryDirectory() as folder:
        agency = Path(folder) / "agency"
        start_agency(agency)
        change_fragment(agency)
        for preview in PREVIEWS.glob("*.json"):
            golden = PREVIEWS.with_name("reports") / f"{preview.stem}.md"
            golden.write_text(report_of(preview, agency), encoding="utf-8")


def report_of(file: Path, directory: Path) -> str:
    """Return the report of a preview."""
    made = make_report(read_preview(file.read_text(encoding="utf-8"), file.name), find_fragments(directory))
    return write(made, MarkdownFormat(), None, "")


def change_fragment(directory: Path) -> None:
    """Change one word in a file that every agent of the agency includes."""
    name, old, new = FRAGMENT
    file = directory / name
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def record() -> None:
    """Write every preview."""
    accounts = [Account(token, tenant, tenant.upper()) for tenant, token in TOKENS.items()]
    accounts += [Account(f"{client}-token", client, client.upper()) for client in CLIENTS if client not in TOKENS]
    with Emulator(accounts=accounts, qr_lifetime=0) as emulator, tempfile.TemporaryDirectory() as folder:
        shop = deploy(Path(folder) / "shop", emulator.url, start_shop)
        for case, (change, flags) in CASES.items():
            keep(case, preview(shop, change, *flags))
        agency = deploy(Path(folder) / "agency", emulator.url, start_agency)
        keep("fragment", preview(agency, lambda shop: change_fragment(shop.directory)))


def deploy(directory: Path, url: str, start: Callable[[Path], None]) -> Shop:
    """Deploy a program to the emulator."""
    start(directory)
    shop = Shop(directory, Api(url), environment(directory, url))
    (directory / ".backend").mkdir()
    shop.pulumi("stack", "init", "dev")
    for name, value in SECRETS.items():
        shop.pulumi("config", "set", "--secret", name, value)
    shop.pulumi("up", "--yes", "--skip-preview")
    return shop


def start_shop(directory: Path) -> None:
    """Write the small program."""
    directory.mkdir()
    for name, text in {"Pulumi.yaml": "name: tienda\nruntime: python\n", "__main__.py": PROGRAM, **files()}.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")


def start_agency(directory: Path) -> None:
    """Copy the agency."""
    shutil.copytree(AGENCY, directory, ignore=shutil.ignore_patterns("__pycache__", ".sandbox", "Pulumi.sandbox.yaml"))


SECRETS = {"clave": CANARY, "apiToken": TOKENS["sandbox"]} | {f"{name}Token": f"{name}-token" for name in CLIENTS}


def environment(directory: Path, url: str) -> dict[str, str]:
    """Return the environment of the CLI."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ASSISTAI_BASE_URL": url,
        "ASSISTAI_GRACE_PERIOD": "0",
        "PULUMI_BACKEND_URL": (directory / ".backend").as_uri(),
        "PULUMI_HOME": str(directory / ".pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "XDG_STATE_HOME": str(directory / ".journal"),
    }


def preview(shop: Shop, change: Callable[[Shop], None], *flags: str) -> str:
    """Return the preview of a change, and revert the change."""
    before = shop.directory.with_name("before")
    shutil.copytree(shop.directory, before)
    change(shop)
    written = shop.pulumi("preview", "--json", *flags)
    shutil.rmtree(shop.directory)
    before.rename(shop.directory)
    return written


def keep(case: str, written: str) -> None:
    """Save a preview without anything that depends on this machine."""
    PREVIEWS.mkdir(exist_ok=True)
    document = json.loads(re.sub(r'File \\"[^"]*/shop/', 'File \\"/home/ana/tienda/', written))
    for step in document["steps"]:
        for state in ("oldState", "newState"):
            for name in MACHINE:
                step.get(state, {}).pop(name, None)
    text = json.dumps(document | {"duration": 1_000_000_000}, indent=1, ensure_ascii=False)
    (PREVIEWS / f"{case}.json").write_text(text + "\n", encoding="utf-8")


def new_agent(shop: Shop) -> None:
    """Add an agent with a prompt of twelve lines."""
    lines = "\n".join(f"{number}. Pregunta el dato {number} antes de seguir." for number in range(1, 11))
    shop.write("tienda/entregas.md", f"---\nname: Entregas\nwhatsapp: {{}}\n---\nCoordinas las entregas.\n\n{lines}\n")


def one_word(shop: Shop) -> None:
    """Change one word of a prompt that is one long line."""
    shop.replace("tienda/ventas.md", "paciencia", "cortesía")


def blank_line(shop: Shop) -> None:
    """Add a blank line."""
    shop.replace("tienda/soporte.md", "problema.\n", "problema.\n\n")


def secret(shop: Shop) -> None:
    """Change a secret that a prompt uses."""
    shop.pulumi("config", "set", "--secret", "clave", f"{CANARY}-2")


def removed(shop: Shop) -> None:
    """Remove an agent that stays live and one that is archived."""
    (shop.directory / "tienda" / "ventas.md").unlink()
    (shop.directory / "taller" / "repuestos.md").unlink()


def dashboard(shop: Shop) -> None:
    """Edit in AssistAI what the program is about to change."""
    shop.api.edit(shop.api.agent("Soporte")["code"], description="Editada en el panel")
    shop.replace("tienda/soporte.md", "Resuelve dudas", "Resuelve dudas y reclamos")


def failing(shop: Shop) -> None:
    """Declare a name that is taken, and make a valid change as well."""
    shop.api.edit(shop.api.agent("Soporte")["code"], description="Resuelve dudas")
    shop.api.create("Reclamos")
    shop.write("tienda/reclamos.md", "---\nname: Reclamos\n---\nAtiendes reclamos.\n")
    shop.replace("tienda/ventas.md", "paciencia", "cortesía")


def broken(shop: Shop) -> None:
    """Break the program."""
    shop.replace("__main__.py", "import pulumi\n", "import pulumi\n\nraise ValueError('no clients')\n")


def moved(shop: Shop) -> None:
    """Give a fleet another name."""
    shop.replace("__main__.py", '"tienda", source', '"almacen", source')
    shop.replace("__main__.py", "provider=sandbox)", 'provider=sandbox, aliases=[pulumi.Alias(name="tienda")])')


def handed_over(shop: Shop) -> None:
    """Declare an agent by its code in another place of the program, and adopt an unmanaged one."""
    code = shop.api.agent("Ventas")["code"]
    text = (shop.directory / "tienda" / "ventas.md").read_text(encoding="utf-8")
    (shop.directory / "tienda" / "ventas.md").unlink()
    shop.write("tienda/mostrador.md", text.replace("name: Ventas", f"name: Ventas\nadopt: {code}"))
    old = shop.api.create("Cobranza vieja")
    shop.write("tienda/cobranza.md", f"---\nname: Cobranza\nadopt: {old}\ntone: neutral\n---\nCobras sin presionar.\n")


def phone(shop: Shop) -> None:
    """Link a phone and unlink it again."""
    code = shop.api.agent("Soporte")["code"]
    shop.api.link(code)
    shop.pulumi("refresh", "--yes", "--skip-preview")
    shop.api.unlink(code)
    shop.pulumi("refresh", "--yes", "--skip-preview")


def nothing(_shop: Shop) -> None:
    """Change nothing."""


CASES: dict[str, tuple[Callable[[Shop], None], tuple[str, ...]]] = {
    "nothing": (nothing, ()),
    "new": (new_agent, ()),
    "word": (one_word, ()),
    "blank": (blank_line, ()),
    "secret": (secret, ()),
    "removed": (removed, ()),
    "moved": (moved, ("--show-sames",)),
    "adopted": (handed_over, ()),
    "phone": (phone, ()),
    "dashboard": (dashboard, ("--diff",)),
    "failing": (failing, ()),
    "broken": (broken, ()),
}


if __name__ == "__main__":
    main()
