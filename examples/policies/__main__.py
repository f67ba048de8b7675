"""The policy pack: `pulumi preview --policy-pack FOLDER` runs it."""

from policies import POLICIES
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack("assistai", POLICIES, enforcement_level=EnforcementLevel.MANDATORY)
