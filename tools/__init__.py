"""What the tasks do: begin stories, build, preview, publish, report, find a browser."""

import sys
from pathlib import Path

# Plugins are imported by their own names, as Pelican does through PLUGIN_PATHS.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))
