"""What create, read, update, delete and diff mean for an agent and for a WhatsApp integration. No Pulumi in it."""
