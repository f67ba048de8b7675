"""`gh`, as far as the workflows use it, on a folder: GH_FOLDER has forge.json, and artifacts of runs by their ids.

Filters run in jq, the language of `gh --jq`. It writes each call into forge.json.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["GH_FOLDER"])


def options(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    words: list[str] = []
    found: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        if argument in {"--paginate", "--silent"}:
            continue
        if argument.startswith("--"):
            found[argument[2:]] = next(rest)
        else:
            words.append(argument)
    return words, found


def api(forge: dict[str, Any], path: str, given: dict[str, str]) -> Any:
    match path.removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/").split("/"):
        case ["commits", commit, "pulls"]:
            return [one for one in forge["pulls"] if commit in (one["merge_commit_sha"], one["head"]["sha"])]
        case ["issues", _, "comments"]:
            return forge["comments"]
        case ["issues", "comments", number]:
            name, _, file = given["field"].partition("=@")
            assert (given["method"], name) == ("PATCH", "body")
            [one] = [one for one in forge["comments"] if str(one["id"]) == number]
            one["body"] = Path(file).read_text(encoding="utf-8")
            return None
    raise AssertionError(path)


def pull_request(forge: dict[str, Any], words: list[str], given: dict[str, str]) -> None:
    [verb, _] = words
    assert verb == "comment"
    author = {"login": "github-actions[bot]"}
    forge["comments"].append({"id": 100 + len(forge["comments"]), "user": author, "body": body(given)})


def run(forge: dict[str, Any], words: list[str], given: dict[str, str]) -> Any:
    if words == ["list"]:
        assert (given["workflow"], given["event"], given["status"]) == ("preview.yml", "pull_request", "success")
        found = [one for one in forge["runs"] if (one["headSha"], one["conclusion"]) == (given["commit"], "success")]
        return [{name: one[name] for name in given["json"].split(",")} for one in found][: int(given["limit"])]
    [verb, number] = words
    assert verb == "download"
    artifact = FOLDER / "artifacts" / number / given["name"]
    if not artifact.is_dir():
        sys.exit(f"no artifact matches any of the names or patterns provided: {given['name']}")
    shutil.copytree(artifact, Path.cwd(), dirs_exist_ok=True)
    return None


def issue(forge: dict[str, Any], words: list[str], given: dict[str, str]) -> Any:
    known = forge["issues"]
    match words:
        case ["list"]:
            assert given["state"] == "open"
            return [one for one in known if one["state"] == "open"]
        case ["create"]:
            known.append({"number": 1 + len(known), "title": given["title"], "body": body(given), "state": "open"})
        case ["edit", number]:
            known[int(number) - 1]["body"] = body(given)
        case ["close", number]:
            known[int(number) - 1]["state"] = "closed"
    return None


def body(given: dict[str, str]) -> str:
    return Path(given["body-file"]).read_text(encoding="utf-8")


def answer(forge: dict[str, Any], words: list[str], given: dict[str, str]) -> Any:
    assert os.environ["GH_TOKEN"]
    if words[0] == "api":
        return api(forge, words[1], given)
    assert given.pop("repo") == os.environ["GITHUB_REPOSITORY"]
    return {"pr": pull_request, "run": run, "issue": issue}[words[0]](forge, words[1:], given)


def main() -> None:
    file = FOLDER / "forge.json"
    forge = json.loads(file.read_text(encoding="utf-8"))
    forge["calls"].append(" ".join(sys.argv[1:3]))
    words, given = options(sys.argv[1:])
    found = answer(forge, words, given)
    file.write_text(json.dumps(forge), encoding="utf-8")
    if found is not None:
        subprocess.run(["jq", "-r", given["jq"]], input=json.dumps(found), text=True, check=True)


if __name__ == "__main__":
    main()
