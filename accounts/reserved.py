"""First segments of addresses that a tier's slug may not take. `config.checks` holds this list against the routes."""

RESERVED_SEGMENTS = frozenset(
    {
        "account", "admin", "api", "auth", "clips", "exports", "favicon.ico", "films", "gallery", "generate", "healthz",
        "image", "mcp", "media", "metrics", "runs", "share", "sign-in", "sign-out", "sign-up", "static", "stories", "story",
        "studio", "v1", "video", "ws",
    }
)  # fmt: skip
