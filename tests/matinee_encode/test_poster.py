"""Which picture is worth the poster."""

import random

from matinee_encode.poster import Planes, appeal

WIDTH, HEIGHT = 160, 90


def scene(*, hole: int = 0, light: float = 1.0, colour: int = 40) -> Planes:
    """Grass, as it were: every pixel and colour differs a little, but for a black hole `hole` pixels high and wide."""
    dice = random.Random(7)

    def rows(width: int, height: int, middle: int, spread: int, dark: tuple[int, int]) -> list[bytes]:
        side, level = dark
        return [
            bytes(
                level
                if abs(x - width // 2) * 2 < side and abs(y - height // 2) * 2 < side
                else int(middle + light * dice.randint(-spread, spread))
                for x in range(width)
            )
            for y in range(height)
        ]

    return Planes(
        rows(WIDTH, HEIGHT, 100, 20, (hole, 0)),
        rows(WIDTH // 2, HEIGHT // 2, 128, colour, (hole // 2, 128)),
        rows(WIDTH // 2, HEIGHT // 2, 128, colour, (hole // 2, 128)),
    )


def halves(left: int, right: int) -> Planes:
    """Two flat halves, without colour."""
    chroma = [bytes([128]) * (WIDTH // 2)] * (HEIGHT // 2)
    return Planes([bytes([left]) * (WIDTH // 2) + bytes([right]) * (WIDTH // 2)] * HEIGHT, chroma, chroma)


def test_a_scene_wins_over_the_same_with_a_dark_hole_in_it() -> None:
    assert appeal(scene()) > appeal(scene(hole=30)) > appeal(scene(hole=60)) > 0


def test_a_scene_wins_over_one_that_fades() -> None:
    assert appeal(scene()) > appeal(scene(light=0.5)) > appeal(scene(light=0.1))


def test_a_scene_wins_over_the_hardest_edge() -> None:
    assert appeal(scene(colour=0)) > appeal(halves(0, 255))


def test_of_two_scenes_alike_the_more_colourful_wins() -> None:
    assert appeal(scene(colour=60)) > appeal(scene(colour=20)) > appeal(scene(colour=0))


def test_many_colours_win_over_as_much_of_one() -> None:
    plain = scene(colour=0)
    tinted = plain._replace(blue=[bytes([148]) * (WIDTH // 2)] * (HEIGHT // 2))
    checkered = plain._replace(blue=[bytes([108, 148]) * (WIDTH // 4)] * (HEIGHT // 2))
    assert appeal(checkered) > appeal(tinted) > appeal(plain)


def test_without_colour_the_picture_with_most_detail_wins() -> None:
    assert appeal(scene(colour=0)) > appeal(scene(colour=0, hole=60)) > 0


def test_a_flat_picture_has_no_appeal_at_all() -> None:
    assert appeal(halves(90, 90)) == 0


def test_a_picture_smaller_than_a_block_has_its_appeal_too() -> None:
    assert appeal(Planes([b"\x00\xff", b"\xff\x00"], [b"\x80"], [b"\x80"])) > 0
