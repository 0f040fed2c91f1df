"""A short, bounded share of the fuzz: each target over its corpus and some mutations of it."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from targets import TARGETS

CORPUS = Path(__file__).parents[1] / "data/fuzz"
SEEDS = {name: sorted((CORPUS / name).iterdir()) for name in TARGETS}
EACH = 300
SLOW = {"seven": 8}
"""Mutations of what takes a process each time."""


def mutated(octets, chance):
    """Octets with a few of them changed, taken out or doubled."""
    changed = bytearray(octets)
    for _ in range(chance.randint(1, 6)):
        where = chance.randrange(len(changed) + 1)
        piece = changed[where : where + chance.choice((1, 2, 4, 16))]
        piece = chance.choice((b"", piece * 2, chance.randbytes(len(piece)), bytes(len(piece))))
        changed[where : where + len(piece)] = piece
    return bytes(changed)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_refused_or_taken(name):
    assert SEEDS[name]
    for seed in SEEDS[name]:
        TARGETS[name](seed.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_are_refused_or_taken(name):
    chance = random.Random(name)
    for _ in range(SLOW.get(name, EACH)):
        TARGETS[name](mutated(chance.choice(SEEDS[name]).read_bytes(), chance))
