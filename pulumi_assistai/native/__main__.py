"""Runs the native provider: `python -m pulumi_assistai.native` is `pulumi-resource-assistai`."""

from pulumi_assistai.native.server import main

main()
