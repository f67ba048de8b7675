"""The processes of programs and providers."""
