"""The folder of an origin: read as it lies, and never touched."""

from pathlib import Path

from matinee_edge.folder import Folder
from tests.support.titles import write_title


def test_a_folder_without_an_index_is_no_title(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    (tmp_path / "heat" / "title.json").unlink()
    assert Folder(tmp_path).listing("heat") is None


def test_a_title_with_a_broken_index_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    write_title(tmp_path, "alien")
    (tmp_path / "heat" / "title.json").write_bytes(b"{")
    assert Folder(tmp_path).whole_titles() == ("alien",)


async def test_new_titles_are_found_and_those_that_are_gone_forgotten(tmp_path: Path) -> None:
    write_title(tmp_path, "heat")
    folder = Folder(tmp_path)
    write_title(tmp_path, "alien")
    (tmp_path / "heat" / "title.json").unlink()
    await folder.tend()
    assert folder.whole_titles() == ("alien",)


async def test_a_title_made_anew_is_told_before_it_is_served(tmp_path: Path) -> None:
    old = write_title(tmp_path, "heat", seed=1)
    folder, gone = Folder(tmp_path), set[str]()
    folder.on_gone(gone.update)
    write_title(tmp_path / "new", "heat", seed=2)
    (tmp_path / "heat").rename(tmp_path / "old")
    (tmp_path / "new/heat").rename(tmp_path / "heat")
    await folder.tend()
    assert gone >= {file.sha256 for file in old.files}


def test_a_file_of_another_size_is_not_served_and_stays_as_it_is(tmp_path: Path) -> None:
    index = write_title(tmp_path, "heat")
    path = tmp_path / "heat" / index.files[2].path
    path.write_bytes(b"short")
    folder = Folder(tmp_path)
    assert folder.open("heat", index.files[2]) is None
    assert path.read_bytes() == b"short"
    assert folder.progress() == {"heat": (len(index.files), len(index.files) + 1)}


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    index = write_title(tmp_path / "media", "heat")
    file = index.files[2]
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * file.size_bytes)
    (tmp_path / "media/heat" / file.path).unlink()
    (tmp_path / "media/heat" / file.path).symlink_to(secret)
    assert Folder(tmp_path / "media").open("heat", file) is None
