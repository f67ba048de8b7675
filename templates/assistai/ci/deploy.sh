#!/bin/sh
# Applies plan.json, which was reviewed, to the stack PULUMI_STACK, or says why it cannot.
set -eu

misfit='violates plan|not allowed by the plan|but none were seen'

# Before the first deploy the stack has no organization to ask.
if pulumi stack export | grep '"urn"' > /dev/null; then
  .venv/bin/assistai doctor
fi
# up previews once more, against the plan: one that no longer fits stops there, and nothing is applied. Its output is
# not shown then, because the CLI prints the values that differ, secrets of the plan among them.
status=0
pulumi up --yes --non-interactive --suppress-outputs --suppress-progress --color never --plan plan.json \
  > up.log 2>&1 || status=$?
if ! grep -q -E "$misfit" up.log; then
  cat up.log
  exit "$status"
fi
echo "The plan that was reviewed does not fit what is merged and deployed by now:"
sed -n -E "s/^ +[^ ]+ ([^ ]+) .*error: .*($misfit).*/- \1: \2/p" up.log | sort -u
if grep -q '^Updating' up.log; then
  echo "Part of it was applied before that showed: run \`pulumi preview\` to see what is left."
else
  echo "Nothing was applied."
fi
echo "Open a pull request, an empty commit is enough: its preview is of what is merged and deployed by now."
exit 1
