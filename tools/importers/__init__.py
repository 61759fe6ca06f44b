"""Bring stories from WordPress, Ghost and Substack: read an export, write Markdown."""
