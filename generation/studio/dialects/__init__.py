"""Doors in the form that others gave theirs: OpenAI's HTTP API and the Model Context Protocol. Thin: they translate."""
