"""Files of the package beside its code."""

from __future__ import annotations

import json
from importlib.resources import files


def test_the_cli_is_told_that_there_is_no_plugin_to_download() -> None:
    assert json.loads(files("pulumi_assistai").joinpath("pulumi-plugin.json").read_text()) == {"resource": False}
