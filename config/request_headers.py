"""Names of what a request carries about itself, which several rooms have to agree on."""

ID_HEADER = "X-Request-Id"
"""Said by a proxy of ours, and by every answer."""
ID = "fablewright.request_id"
"""Where the wrappers of `config.request_ids` put the id: a key of the WSGI environment, or of the ASGI scope."""
TRACE_HEADERS = ("traceparent", "tracestate")
"""Believed from a proxy of ours alone."""
