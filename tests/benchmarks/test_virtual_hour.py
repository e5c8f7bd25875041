from benchmarks.virtual_hour import hours


def test_a_share_of_an_hour_is_told_as_a_whole_one() -> None:
    sixtieth = hours(rounds=1, share=60)
    assert sixtieth.requests % 60 == 0
    assert sixtieth.requests > 60 * 30
    assert sixtieth.log_lines > sixtieth.requests
