"""The public site: its address, and what follows from it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from pelicanconf import *  # noqa: F403 - all of it

SITEURL = "https://outcome-giraffe.example"
