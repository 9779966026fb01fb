from feedserver.services.newest import Newest


def test_the_oldest_entry_makes_room_and_one_put_again_is_new() -> None:
    memory: Newest[str, int] = Newest(2)
    memory.put("a", 1)
    memory.put("b", 2)
    memory.put("a", 3)
    memory.put("c", 4)
    assert dict(memory) == {"a": 3, "c": 4}


def test_reading_makes_nothing_newer() -> None:
    memory: Newest[str, int] = Newest(2)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert "a" not in memory
