"""Leaked keys: before or after the buyer had it?"""

from scenario import DAY, HOUR, MINUTE, SWEDEN, Case, Pair, Side, approve, money, purchase, reject, review, stamp

PRICE = money(9800)


def leaked(case: Case) -> None:
    """The key was seen in public two days before it was delivered; the buyer found it used."""
    purchase(case, PRICE)
    case.activate(20 * MINUTE, "USED_BY_OTHER", case.buyer.client())
    case.leak(first_seen=-2 * DAY)
    case.claim("KEY_ALREADY_USED", PRICE, shows="ACTIVATION_ERROR")


def leaked_and_used(case: Case) -> None:
    """The key was seen in public before it was delivered; a stranger consumed it after the buyer opened it."""
    purchase(case, PRICE)
    case.activate(20 * MINUTE, "OK", case.stranger(SWEDEN.format(117)))
    case.leak(first_seen=-2 * DAY)
    case.claim("KEY_ALREADY_USED", PRICE, shows="ACTIVATION_ERROR")


PAIRS = [
    Pair(
        leaked,
        Side(
            "leak-before-delivery",
            "The key had been public for two days when it was delivered.",
            [approve("key_leaked_before_delivery", 9800)],
        ),
        Side(
            "leak-after-delivery",
            "The key became public an hour after the buyer had got it: the buyer may have published it.",
            [review("key_leaked_after_delivery")],
            lambda case: case.body("leak").update(first_seen_at=stamp(HOUR)),
        ),
    ),
    Pair(
        leaked,
        Side(
            "leak-names-this-key",
            "The leak names the buyer's key.",
            [approve("key_leaked_before_delivery", 9800)],
        ),
        Side(
            "leak-names-another-key",
            "The leak names another key; the buyer's is not in it.",
            [review("needs_review")],
            lambda case: case.body("leak").update(key_fingerprints=[case.key("2")]),
        ),
    ),
    Pair(
        leaked_and_used,
        Side(
            "leak-used-by-stranger",
            "The leaked key was consumed by a stranger.",
            [approve("key_leaked_before_delivery", 9800)],
        ),
        Side(
            "leak-used-by-claimant",
            "The key had leaked, but it was the buyer who consumed it: no harm was done.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(client=case.buyer.client()),
        ),
    ),
]
