"""The studio for people: the dashboard, the forms, and a page for each piece."""
