"""The resource `WhatsAppIntegration`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi import dynamic

from pulumi_assistai.providers.whatsapp import WhatsAppIntegrationProvider
from pulumi_assistai.resources.base import (
    found_as_native,
    refuse_import,
    warn_about_clear_token,
    warn_about_options,
)

_OUTPUTS = ("status", "phone_number", "tenant_domain", "organization_code")


class WhatsAppIntegration(dynamic.Resource, module="assistai", name="WhatsAppIntegration"):
    """The WhatsApp connection of an agent.

    Creating it asks for the QR, GET /agents/CODE/integrations/whatsappweb/qr, which starts a connection; a person then
    scans the QR that `assistai link CODE` shows. Removing it disconnects the agent: DELETE on that path without /qr.
    `pulumi refresh` asks again, the only way to see whether a phone is linked; a preview never does.

    Attributes:
        status: "pending" until a phone is linked, then "connected"; "disconnected" where a refresh found that the phone
            went away, which the next `pulumi up` repairs as far as it can.
        phone_number: the linked number as AssistAI gives it, empty where none is.
        agent_code: the agent's code.
        tenant_domain: the tenant that it belongs to.
        organization_code: the organization that it belongs to.
    """

    # The SDK would evaluate them anew for every resource.
    if TYPE_CHECKING:
        status: pulumi.Output[str]
        phone_number: pulumi.Output[str]
        agent_code: pulumi.Output[str]
        expected_phone_number: pulumi.Output[str | None]
        wait_for_connection: pulumi.Output[float | None]
        tenant_domain: pulumi.Output[str]
        organization_code: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        agent_code: pulumi.Input[str],
        expected_phone_number: pulumi.Input[str] | None = None,
        wait_for_connection: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare that an agent is connected to WhatsApp.

        Args:
            resource_name: the name of the resource in the program.
            agent_code: the agent's code, as in `agent.code`. Another agent replaces the integration, and is reached
                before the old one is disconnected.
            expected_phone_number: the number that must be linked, with its country code, as in "+58 424 1234567".
                Another subscriber's fails `pulumi up`, and a refresh reports it. Default: any.
            wait_for_connection: seconds that `pulumi up` waits for the phone; after them it goes on with "pending" and
                a warning. Default: it does not wait.
            opts: options of the resource; `import_` is refused.

        Raises:
            pulumi.RunError: `opts` has `import_`.
        """
        refuse_import(opts, "declare it: connecting an agent that is connected already changes nothing")
        warn_about_clear_token()
        warn_about_options(opts)
        properties = {
            "agent_code": agent_code,
            "expected_phone_number": expected_phone_number,
            "wait_for_connection": wait_for_connection,
            # A property without a value is an output: the SDK makes an attribute of each that is named.
            **dict.fromkeys(_OUTPUTS),
        }
        options = found_as_native("WhatsAppIntegration", opts)
        super().__init__(WhatsAppIntegrationProvider(), resource_name, properties, options)
