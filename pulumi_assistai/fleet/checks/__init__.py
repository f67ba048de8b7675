"""Checks of fleets: mistakes that are found without credentials, Pulumi or network."""

from pulumi_assistai.fleet.checks.declared import Declaration, Unread, declarations
from pulumi_assistai.fleet.checks.findings import Finding
from pulumi_assistai.fleet.checks.loaded import LoadedFleet, load
from pulumi_assistai.fleet.checks.rules import RULES, Rule, check

__all__ = ["RULES", "Declaration", "Finding", "LoadedFleet", "Rule", "Unread", "check", "declarations", "load"]
