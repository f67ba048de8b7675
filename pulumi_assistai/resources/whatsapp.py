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

    Creating it requests the QR code with GET /agents/CODE/integrations/whatsappweb/qr, which starts a connection. A
    person then scans the QR code that `assistai link CODE` shows. Deleting it disconnects the agent: DELETE on that
    path without /qr. `pulumi refresh` requests the QR code again, because that is the only way to see whether a phone
    is linked. A preview never does.

    Attributes:
        status: "pending" until a phone is linked, then "connected"; "disconnected" after a refresh found that the phone
            was unlinked. The next `pulumi up` starts a new connection.
        phone_number: the linked number as AssistAI reports it, empty if there is none.
        agent_code: the agent's code.
        tenant_domain: the tenant that it belongs to.
        organization_code: the organization that it belongs to.
    """

    # The SDK would evaluate the annotations again for every resource.
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
            agent_code: the agent's code, such as `agent.code`. A new code replaces the integration: the new agent's
                connection starts before the old agent is disconnected.
            expected_phone_number: the number that must be linked, with its country code, as in "+58 424 1234567".
                Another subscriber's number fails `pulumi up`, and a refresh reports it as drift. Default: any number.
            wait_for_connection: seconds that `pulumi up` waits for the phone. Then it continues with "pending" and a
                warning. Default: do not wait.
            opts: options of the resource; `import_` is refused.

        Raises:
            pulumi.RunError: `opts` has `import_`.
        """
        refuse_import(opts, "declare the integration: connecting a connected agent changes nothing")
        warn_about_clear_token()
        warn_about_options(opts)
        properties = {
            "agent_code": agent_code,
            "expected_phone_number": expected_phone_number,
            "wait_for_connection": wait_for_connection,
            # A property without a value is an output: the SDK makes an attribute of each named one.
            **dict.fromkeys(_OUTPUTS),
        }
        options = found_as_native("WhatsAppIntegration", opts)
        super().__init__(WhatsAppIntegrationProvider(), resource_name, properties, options)
