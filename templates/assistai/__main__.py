"""The agents of ${PROJECT}: one Markdown file each, in agents/."""

import pulumi

import pulumi_assistai as assistai

fleet = assistai.AgentFleet("fleet", source="agents", variables={"empresa": "Muebles del Valle", "cierre": "18:00"})

pulumi.export("codes", {key: agent.code for key, agent in fleet.agents.items()})
