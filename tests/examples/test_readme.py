"""What the README shows is what the examples do, and so is run by these tests."""

import re

import pytest

from tests.support.stories import EXAMPLES

README = EXAMPLES.parent / "README.md"

STAND_INS = {
    "play_a_url": {'"https://example.com/title/manifest.mpd"': "sys.argv[1]"},
    "press_play": {
        '"http://127.0.0.1:8400"': "server",
        'Path("device.json")': "device",
        '"big-buck-bunny-trailer"': "title_id",
    },
}
"""What the README names, and the examples take from their arguments."""


@pytest.mark.parametrize("story", STAND_INS)
def test_every_line_of_the_readme_is_one_of_the_example_in_the_same_order(story: str) -> None:
    block = _block_of(story)
    for named, taken in STAND_INS[story].items():
        block = block.replace(named, taken)
    lines = iter([line.strip() for line in (EXAMPLES / f"{story}.py").read_text().splitlines()])
    missing = [line for line in block.splitlines() if line.strip() and line.strip() not in lines]
    assert missing == []


def _block_of(story: str) -> str:
    """The README's Python that names what the example takes."""
    blocks: list[str] = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    (block,) = (block for block in blocks if all(named in block for named in STAND_INS[story]))
    return block
