"""Views: each kind of value as complete plain text and as HTML."""
