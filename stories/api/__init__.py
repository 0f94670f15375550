"""JSON for programs: the status routes beside the pages, and everything of stories under `/api/v1/`."""
