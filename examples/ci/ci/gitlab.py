"""What the jobs of GitLab CI ask of GitLab: `python ci/gitlab.py comment`, `plan` or `issue`.

It needs GITLAB_TOKEN, a project access token with the scope `api`, and the variables that GitLab gives every job.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

STACK = os.environ["PULUMI_STACK"]
AGAIN = "Open a merge request, an empty commit is enough: its preview is of what is merged and deployed by now."
MARKER = f"<!-- assistai report of {STACK} -->"
TITLE = f"Drift in {STACK}"


def request(method: str, path: str, **fields: str) -> bytes:
    """Send a request, about this project unless the path begins with a slash, and return the answer."""
    project = "" if path.startswith("/") else f"/projects/{os.environ['CI_PROJECT_ID']}/"
    headers = {"PRIVATE-TOKEN": os.environ["GITLAB_TOKEN"]}
    data = urlencode(fields).encode() if fields else None
    address = f"{os.environ['CI_API_V4_URL']}{project}{path}"
    with urlopen(Request(address, data, headers, method=method)) as answer:  # noqa: S310 - GitLab gives its own address
        body: bytes = answer.read()
    return body


def listing(path: str) -> list[dict[str, Any]]:
    """Return a list, all pages of it."""
    found: list[dict[str, Any]] = []
    separator = "&" if "?" in path else "?"
    page = 1
    while items := json.loads(request("GET", f"{path}{separator}per_page=100&page={page}")):
        found += items
        page += 1
    return found


def comment() -> None:
    """Comment on the merge request with report.md, or edit the comment."""
    notes = f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
    report = Path("report.md").read_text(encoding="utf-8")
    body = f"{MARKER}\n{report}\n\nCommit {os.environ['CI_COMMIT_SHA']}\n"
    ours = json.loads(request("GET", "/user"))["id"]
    mine = [note for note in listing(notes) if note["author"]["id"] == ours and note["body"].startswith(MARKER)]
    if mine:
        request("PUT", f"{notes}/{mine[0]['id']}", body=body)
    else:
        request("POST", notes, body=body)


def plan() -> None:
    """Fetch plan.json of the merge request that was merged."""
    commit = os.environ["CI_COMMIT_SHA"]
    merged = [one for one in listing(f"repository/commits/{commit}/merge_requests") if one["state"] == "merged"]
    if not merged:
        refuse(f"commit {commit} comes from no merge request, so that no plan was reviewed")
    number = merged[0]["iid"]
    pipelines = listing(f"merge_requests/{number}/pipelines")
    if not pipelines or pipelines[0]["status"] != "success":
        refuse(f"the last pipeline of !{number} did not succeed")
    jobs = [one["id"] for one in listing(f"pipelines/{pipelines[0]['id']}/jobs") if one["name"] == f"preview-{STACK}"]
    if not jobs:
        refuse(f"the last pipeline of !{number} has no preview of {STACK}: it got no variables")
    try:
        Path("plan.json").write_bytes(request("GET", f"jobs/{jobs[0]}/artifacts/plan.json"))
    except HTTPError as error:
        refuse(f"GitLab gives no plan of !{number} (status {error.code}): it is older than 30 days")


def issue() -> None:
    """Open or edit the issue with report.md, or close it where there is none."""
    report = Path("report.md")
    known = [one["iid"] for one in listing("issues?state=opened") if one["title"] == TITLE]
    if report.exists() and known:
        request("PUT", f"issues/{known[0]}", description=report.read_text(encoding="utf-8"))
    elif report.exists():
        request("POST", "issues", title=TITLE, description=report.read_text(encoding="utf-8"), confidential="true")
    elif known:
        request("PUT", f"issues/{known[0]}", state_event="close")


def refuse(reason: str) -> None:
    """Say why nothing is deployed, and fail."""
    sys.exit(f"Nothing was applied: {reason}. {AGAIN}")


if __name__ == "__main__":
    {"comment": comment, "plan": plan, "issue": issue}[sys.argv[1]]()
