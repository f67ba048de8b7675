#!/bin/sh
# Compares AssistAI with the stack PULUMI_STACK. Exits with 0 where nothing differs, and with 7 and a report.md where
# something does: it was edited in AssistAI, or merged and not deployed.
set -eu

rm -f report.md
.venv/bin/assistai doctor
status=0
pulumi preview --json --show-sames --refresh --expect-no-changes --non-interactive --suppress-outputs \
  > preview.json || status=$?
if [ "$status" -ne 0 ]; then
  .venv/bin/assistai report preview.json --out report.md
  [ "$status" -eq 7 ] || cat report.md
fi
exit "$status"
