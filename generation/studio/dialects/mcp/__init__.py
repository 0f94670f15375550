"""The Model Context Protocol at `/mcp` (streamable HTTP): assistants make pictures and films as their user would.

`door` lets a bearer in, `server` speaks the protocol with the protocol's own SDK, `tools` calls the studio's verbs, `shapes`
are what goes in and comes out. Nothing waits here: what is asked for answers with the ids of its jobs at once.
"""
