"""Which titles an appliance should hold."""

from collections.abc import Mapping, Sequence

from matinee_backend.records import CatalogTitle


def placed(
    titles: Sequence[CatalogTitle], viewers_by_title: Mapping[str, int], *, kind: str, isp_titles: int
) -> tuple[str, ...]:
    """What an appliance of the kind should hold, what matters most first; all but ISP appliances hold everything."""

    def order(title: CatalogTitle) -> tuple[int, int, str]:
        return -viewers_by_title.get(title.index.title_id, 0), -title.added_wall_ms, title.index.title_id

    by_popularity = [title.index.title_id for title in sorted(titles, key=order)]
    return tuple(by_popularity[:isp_titles] if kind == "isp" else by_popularity)
