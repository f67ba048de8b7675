"""Patterns of secrets and of unfinished texts."""

from __future__ import annotations

import re

SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a JSON Web Token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "an API key of OpenAI or Anthropic": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "an API key of Stripe": re.compile(r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,})"),
    "a token of GitLab": re.compile(r"\bglpat-[\w-]{20,}"),
    "a token of Slack": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a token of Meta": re.compile(r"\bEAA[A-Za-z0-9]{60,}"),
    "a token of Pulumi": re.compile(r"\bpul-[0-9a-f]{40}\b"),
    "an access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an API key of Google": re.compile(r"\bAIza[\w-]{35}"),
    "an authorization": re.compile(r"\bBearer\s+[A-Za-z0-9._~+/-]{16,}", re.IGNORECASE),
    "a password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]{3,}@", re.IGNORECASE),
    "a password": re.compile(
        r"\b(?:password|passwd|contraseña|api[ _-]?key|api[ _-]?token|secret|secreto|token)\b"
        r"(?:\s*[:=]\s*|\s+(?:es|is)\s+)[\"'`]?(?=\S*\d)(?=\S*[^\W\d_])[^\s\"'`]{8,}",
        re.IGNORECASE,
    ),
}
"""Patterns by the kind of secret. A word after `password:` counts if it has a letter and a digit, and no space."""

PLACEHOLDERS = (
    # The Spanish word TODO is common: it counts only before a colon or alone on its line.
    re.compile(r"\bTODO(?=\s*[:(])|^\W*TODO\W*$", re.MULTILINE),
    re.compile(r"\b(?:FIXME|TBD|XXX+)\b"),
    re.compile(r"\blorem ipsum\b", re.IGNORECASE),
    re.compile(r"[\[<](?:TU|SU|YOUR|INSERTAR?|INSERTE|COMPLETAR?|COMPLETE|FILL IN)\b[^\]>\n]{0,60}[\]>]"),
)
"""Patterns of placeholders for texts that are not written yet."""
