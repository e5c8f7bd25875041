"""The API reference: what programs use of the SDK, as pages in a folder. Run by `make docs`."""

import sys
from pathlib import Path

from pdoc import pdoc, render

import matinee

# The rest of the SDK may change between two versions.
MODULES = (
    "matinee",
    "matinee.errors",
    "matinee.core.notices",
    "matinee.core.stats",
    "matinee.policy",
    "matinee.runtime.client",
    "matinee.runtime.conductor",
    "matinee.runtime.filters",
    "matinee.runtime.player",
    "matinee.runtime.playlist",
    "matinee.runtime.remote",
    "matinee.runtime.thumbnails",
    "matinee.testing",
)

# The façade is lazy, and a name that was never used is not there to be described.
vars(matinee).update({name: getattr(matinee, name) for name in matinee.__all__})
render.configure(docformat="markdown", show_source=False)
pdoc(*MODULES, output_directory=Path(sys.argv[1]))
