"""Fleets of agents in Markdown files: front matter has an agent's fields, the body its instructions."""

from pulumi_assistai.fleet.files import AgentFile, read_fleet, scan_fleet
from pulumi_assistai.fleet.front_matter import FrontMatter, WhatsApp, json_schema
from pulumi_assistai.fleet.templates import Templates, Text

__all__ = ["AgentFile", "FrontMatter", "Templates", "Text", "WhatsApp", "json_schema", "read_fleet", "scan_fleet"]
