#!/bin/sh
# Finds mistakes without an account, the Pulumi CLI or a secret.
set -eu

.venv/bin/assistai check
.venv/bin/pytest -q
