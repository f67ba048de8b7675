"""Mutation testing: mutmut creates the mutants, and forks of one pytest session run their tests: `make mutants`.

mutmut itself starts pytest again for each mutant. Here the tests are collected once, and those that found a mutant run
first on the next mutant of that function.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from mutmut import __main__ as mutmut
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths
from mutmut.workers.isolation import get_mutant_runner, run_in_fork

PYTEST = ["-x", "-q", "-s", "--rootdir=.", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist"]
SURVIVED, KILLED, NO_TESTS, TIMED_OUT = 0, 1, 33, 36
PATIENCE = 20.0
_CASES_FIRST = 3


def main() -> None:
    """Create the mutants, and run those without a verdict."""
    arguments = parsed()
    if not arguments.as_made:
        run_in_fork(prepare, arguments.processes)
    os.chdir("mutants")
    sys.path.insert(0, str(Path.cwd()))
    set_mutant_under_test("")
    selection = config().pytest_add_cli_args_test_selection
    sys.exit(pytest.main([*PYTEST, *selection], plugins=[Mutation(arguments)]))


def parsed() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=["*"], help="patterns of the mutants' names; default: all")
    parser.add_argument("--processes", type=int, default=2, help="number that run at the same time (%(default)s)")
    parser.add_argument("--again", action="store_true", help="also run mutants with a verdict")
    parser.add_argument("--survivors", action="store_true", help="run only mutants that survived or timed out")
    parser.add_argument("--longest", type=float, default=float("inf"), help="seconds of the longest test that runs")
    parser.add_argument("--most", type=int, help="highest number of tests for a mutant, the best matches first")
    parser.add_argument("--as-made", action="store_true", help="reuse the last mutants and tests")
    return parser.parse_args()


def prepare(processes: int) -> int:
    """Let mutmut write the mutants, and record the tests that reach each function."""
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    setup_source_paths()
    mutmut.create_mutants(processes)
    mutmut.collect_or_load_stats(get_mutant_runner(1), apply_config_invalidation=True)
    return 0


class Verdicts:
    """The verdicts that mutmut stores beside a mutated module."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._content = json.loads(file.read_text(encoding="utf-8"))

    def items(self) -> list[tuple[str, int | None]]:
        """Return the mutants with their verdicts."""
        return list(self._content["exit_code_by_key"].items())

    def set(self, mutant: str, code: int) -> None:
        """Store a verdict."""
        self._content["exit_code_by_key"][mutant] = code
        self._file.write_text(json.dumps(self._content, indent=4), encoding="utf-8")


class Reach:
    """The tests that reach each function, and their durations."""

    def __init__(self, longest: float) -> None:
        stats = json.loads(Path("mutmut-stats.json").read_text(encoding="utf-8"))
        self.seconds: dict[str, float] = stats["duration_by_test"]
        self._tests: dict[str, list[str]] = stats["tests_by_mangled_function_name"]
        self._longest = longest
        self._found: dict[str, list[str]] = defaultdict(list)

    def tests(self, mutant: str) -> list[str]:
        """Return the tests of a mutant: those that found earlier mutants, then those of its module, then all others.

        The fastest cases of each test come first, its other cases last.
        """
        function = function_of(mutant)
        layer, module = function.split(".")[1:3]
        reaching = [test for test in self._tests.get(function, []) if self._takes_part(test, layer)]
        found, own, cases = self._found[function], f"tests/{layer}/test_{module}.py", Counter[str]()

        def place(test: str) -> tuple[bool, int, int, bool, float]:
            name = test.partition("[")[0]
            cases[name] += 1
            turn = (cases[name] - 1) // _CASES_FIRST
            return (*_rank(test, found), turn, not test.startswith(own), self.seconds[test])

        return sorted(sorted(reaching, key=self.seconds.__getitem__), key=place)

    def every(self) -> list[str]:
        """Return all tests, the fastest first."""
        return sorted((test for test in self.seconds if self._takes_part(test, "")), key=self.seconds.__getitem__)

    def found(self, mutant: str, test: str) -> None:
        """Note that a test found a mutant."""
        self._found[function_of(mutant)].insert(0, test)

    def _takes_part(self, test: str, layer: str) -> bool:
        # Only the client's tests count for a mutant of the client.
        return self.seconds[test] <= self._longest and (layer != "client" or not test.startswith("tests/lifecycle/"))


def _rank(test: str, found: Sequence[str]) -> tuple[bool, int]:
    return (test not in found, found.index(test) if test in found else 0)


def function_of(mutant: str) -> str:
    """Return the function of a mutant, under mutmut's name."""
    return mutant.rpartition("__mutmut_")[0].replace("__init__.", "")


@dataclass
class Run:
    """A mutant whose tests are running."""

    mutant: str
    verdicts: Verdicts | None
    told: int = -1
    directory: str = field(default_factory=lambda: tempfile.mkdtemp(prefix="mutant-"))


class Mutation:
    """A pytest plugin that runs the mutants instead of the tests."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._reach = Reach(arguments.longest)
        self._running: dict[int, Run] = {}
        self._tells: int | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every requested mutant."""
        gc.collect()
        gc.freeze()
        self._items = {item.nodeid: item for item in session.items}
        chosen = list(self._chosen())
        try:
            if not self._arguments.as_made:
                self._fork(session, self._reach.every(), Run("", None))
            for number, (mutant, verdicts) in enumerate(chosen):
                while len(self._running) >= self._arguments.processes:
                    self._wait(number, len(chosen))
                self._start(session, mutant, verdicts)
            while self._running:
                self._wait(len(chosen), len(chosen))
        finally:
            for pid in self._running:
                os.killpg(pid, signal.SIGKILL)
        return True

    def _chosen(self) -> Iterator[tuple[str, Verdicts]]:
        every = [Verdicts(file) for file in sorted(Path("pulumi_assistai").rglob("*.meta"))]
        for pattern in self._arguments.names:
            for verdicts in every:
                for mutant, code in verdicts.items():
                    if fnmatch(mutant, pattern) and self._is_due(code):
                        yield mutant, verdicts

    def _is_due(self, code: int | None) -> bool:
        if self._arguments.survivors:
            return code in (SURVIVED, TIMED_OUT)
        return self._arguments.again or code is None

    def _start(self, session: pytest.Session, mutant: str, verdicts: Verdicts) -> None:
        if tests := self._reach.tests(mutant)[: self._arguments.most]:
            self._fork(session, tests, Run(mutant, verdicts))
        else:
            verdicts.set(mutant, NO_TESTS)

    def _fork(self, session: pytest.Session, names: list[str], run: Run) -> None:
        run.told, tells = os.pipe()
        tests = [self._items[test] for test in names if test in self._items]
        pid = os.fork()
        if not pid:
            self._tells = tells
            run_tests(session, tests, run)
        os.close(tells)
        with suppress(PermissionError):
            os.setpgid(pid, pid)
        self._running[pid] = run

    def _wait(self, number: int, total: int) -> None:
        pid, status = os.wait()
        run = self._running.pop(pid)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(run.directory, ignore_errors=True)
        with os.fdopen(run.told, encoding="utf-8") as told:
            test = told.read()
        code = os.waitstatus_to_exitcode(status)
        if run.verdicts is None:
            self._require_sound(code, test)
            return
        if test:
            self._reach.found(run.mutant, test)
            code = KILLED
        run.verdicts.set(run.mutant, TIMED_OUT if code == -signal.SIGALRM else code)
        say(f"{number}/{total} {code} {run.mutant} {test}")

    def _require_sound(self, code: int, test: str) -> None:
        """Stop if a test fails without a mutant, which a test with a time limit may do on a busy machine."""
        say(f"without a mutant: {test or code}")
        if code != SURVIVED:
            pytest.exit(f"{test} fails without a mutant", KILLED)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Stop a mutant that runs for ever."""
        signal.setitimer(signal.ITIMER_REAL, PATIENCE + 20 * self._reach.seconds.get(item.nodeid, 0))
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Report the failed test, and stop there."""
        if report.failed and self._tells is not None:
            os.write(self._tells, report.nodeid.encode())
            os._exit(KILLED)


def say(words: str) -> None:
    """Write a line and flush it."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def run_tests(session: pytest.Session, tests: list[pytest.Item], run: Run) -> None:
    """Run the tests of a mutant in this process, and end the process."""
    os.setpgid(0, 0)
    output = os.open(os.devnull, os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = run.directory
    set_mutant_under_test(run.mutant)
    session.items = tests
    try:
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
    except BaseException:  # noqa: BLE001 - a fault outside of a test counts as found as well
        os._exit(KILLED)
    os._exit(SURVIVED)


if __name__ == "__main__":
    main()
