"""How long the plan of a day takes for 1,000,000 copies: asked for at most 2 seconds."""

import gc
import random
import time
from datetime import UTC, datetime, timedelta

from preservation.model.due import AuditPolicy, Limit, due
from preservation.model.fixity import Algorithm, Digest
from preservation.model.identifiers import PackageId, StoreName
from preservation.model.storage import Copy, CopyState

COPIES = 1_000_000
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
SHA = Digest(Algorithm.SHA512, "0" * 128)


def main() -> None:
    chance = random.Random(1)
    package, stores = PackageId("2fb1dfb6-53c8-4a2e-81ed-8bddac4c592d"), (*map(StoreName, "abc"),)
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # as the command has it
    copies = []
    for number in range(COPIES):
        read = NOW - timedelta(seconds=chance.randrange(95 * 86_400))
        seen = NOW - timedelta(seconds=chance.randrange(2 * 86_400))
        size = chance.randrange(1 << 20, 1 << 32)
        store = stores[number % 3]
        copies.append(Copy(package, number, store, "key", size, SHA, CopyState.SOUND, read, seen))
    limited = AuditPolicy(1, 90, 20 << 40, 5.0, {StoreName("c"): Limit(price=0.01)})
    for name, policy in (("no limits", AuditPolicy()), ("limits", limited)):
        took = []
        for _ in range(5):
            start = time.perf_counter()
            plan = due(copies, policy, NOW)
            took.append(time.perf_counter() - start)
        seconds = sorted(took)[2]
        print(
            f"{COPIES:,} copies, {name}: {seconds:.2f} s (asked for 2), {len(plan.presence):,} to "
            f"see, {len(plan.fixity):,} to read, {len(plan.late):,} late"
        )
        if seconds > 2:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
