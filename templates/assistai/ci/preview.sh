#!/bin/sh
# Previews the stack PULUMI_STACK: writes report.md for the reviewers, and plan.json unless the preview fails.
set -eu

rm -f report.md plan.json
status=0
.venv/bin/assistai report --run --out report.md --max-chars 65000 --fail-on error -- \
  --suppress-outputs --save-plan plan.json || status=$?
[ -f report.md ] || echo "There is no preview of \`$PULUMI_STACK\`: the log of the job says why." > report.md
exit "$status"
