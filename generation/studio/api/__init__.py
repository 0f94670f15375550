"""The studio for programs: `/generate/…`, `/image/generate`, `/video/generate`, and uploads."""
