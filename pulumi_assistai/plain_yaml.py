"""YAML as Pulumi reads it."""

from __future__ import annotations

import re

import yaml


class PlainLoader(yaml.SafeLoader):
    """Loads YAML in which only `true` and `false` are booleans, and dates are texts."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"
)
