"""Who of a cluster fetches a file from outside."""

from collections import Counter

from matinee_edge.fill.shares import fetchers

CLUSTER = ("isp-a", "isp-b", "isp-c", "isp-d")
FILES = [f"video/v1/{number}.m4s" for number in range(2_000)]


def test_every_member_finds_the_same_turns_whatever_the_order_of_names() -> None:
    for path in FILES[:50]:
        assert fetchers("heat", path, among=CLUSTER) == fetchers("heat", path, among=reversed(CLUSTER))


def test_the_work_is_shared_evenly() -> None:
    shares = Counter(fetchers("heat", path, among=CLUSTER)[0] for path in FILES)
    assert all(400 < shares[name] < 600 for name in CLUSTER)


def test_when_one_goes_only_its_files_pass_on() -> None:
    for path in FILES[:200]:
        before = fetchers("heat", path, among=CLUSTER)
        after = fetchers("heat", path, among=CLUSTER[:3])
        assert after == tuple(name for name in before if name != "isp-d")
