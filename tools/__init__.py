"""What the tasks do: build, preview, publish, and find a browser to test with."""
