from benchmarks.live_latency import BAR_CHANGES, BAR_ERROR_MS, made_links, watch


def test_a_viewer_on_a_steady_link_stays_where_he_should_be() -> None:
    name, trace = next(made_links())
    it = watch("proportional", name, trace)
    assert it.holds
    assert it.p95_error_ms <= BAR_ERROR_MS
    assert it.most_changes <= BAR_CHANGES
    assert it.stalls == 0


def test_links_are_the_same_each_time() -> None:
    assert [*made_links()] == [*made_links()]
