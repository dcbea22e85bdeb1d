"""What is kept on disk by content: found again, damaged, not writable, and not without end."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.space import remembered
from core.space.remembered import Memory, key_of

MADE = {"points": torch.arange(6.0).view(2, 3).mT, "one": torch.tensor(7)}


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Tensor]:
        self.times += 1
        return MADE


def check_same(found: dict[str, Tensor]) -> None:
    assert found.keys() == MADE.keys()
    assert all(torch.equal(found[name], MADE[name]) for name in MADE)


def test_the_second_time_it_is_read(tmp_path: Path) -> None:
    make, memory = Maker(), Memory(tmp_path / "new" / "folder")
    for _ in range(3):
        check_same(memory.recall("map", "k1", make))
    assert make.times == 1
    memory.recall("map", "k2", make)
    memory.recall("other", "k1", make)
    assert make.times == 3
    assert sorted(file.name for file in memory.folder.iterdir()) == [
        "map-k1.safetensors", "map-k2.safetensors", "other-k1.safetensors"
    ]  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "another", "text"])
def test_a_damaged_file_is_noticed_removed_and_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    make, memory = Maker(), Memory(tmp_path)
    memory.recall("map", "k", make)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-3]
    elif damage == "flipped":  # in the numbers: the format itself would not notice
        content[-5] ^= 1
    elif damage == "empty":
        content = bytearray()
    elif damage == "another":  # the right format, of somebody who writes no digest
        from safetensors.torch import save

        content = bytearray(save({"points": torch.zeros(2)}))
    else:
        content = bytearray(b"these are no tensors, and a long line of them at that")
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        check_same(memory.recall("map", "k", make))
    assert caplog.messages == ["map-k.safetensors is damaged and was removed; it is computed again"]
    assert make.times == 2
    check_same(memory.recall("map", "k", make))
    assert make.times == 2


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    make = Maker()
    for times in (1, 2):
        check_same(Memory(tmp_path / "file").recall("map", "k", make))
        assert make.times == times
    assert len(caplog.messages) == 2 and caplog.messages[0].startswith("map-k.safetensors could not be kept: ")


def test_the_longest_unused_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_KEPT", 3)
    memory, make = Memory(tmp_path), Maker()
    for age, name in enumerate("cba"):
        memory.recall("map", name, make)
        os.utime(tmp_path / f"map-{name}.safetensors", (1_000 + age, 1_000 + age))
    memory.recall("map", "c", make)  # used: young again
    memory.recall("map", "d", make)
    assert sorted(file.name[4] for file in tmp_path.iterdir()) == ["a", "c", "d"]


def test_a_stopped_computation_keeps_nothing(tmp_path: Path) -> None:
    def stop() -> dict[str, Tensor]:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Memory(tmp_path).recall("map", "k", stop)
    assert not list(tmp_path.iterdir())


def test_where_it_is_kept_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))
    assert Memory.default().folder == tmp_path / "space"


def test_a_key_tells_everything_apart() -> None:
    table = torch.arange(6.0)
    parts = [(table,), (table.view(2, 3),), (table.view(3, 2),), (table.double(),), (table + 1e-6,), (table, "a"),
             (table, "b"), ("a", table), (1,), (1.0,), ("1",), ()]  # fmt: skip
    keys = [key_of(*some) for some in parts]
    assert len(set(keys)) == len(keys) and all(len(key) == 32 for key in keys)
    assert key_of(table.view(2, 3).mT) == key_of(table.view(2, 3).mT.contiguous())
