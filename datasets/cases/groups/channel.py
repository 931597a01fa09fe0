"""Which door the claim came through."""

from scenario import Case, Pair, Side, approve, money, purchase, review

PRICE = money(9800)
SMALL = money(3000)
UNOFFICIAL = "CLAIM_CHANNEL_UNOFFICIAL"


def small_claim(case: Case) -> None:
    """A cheap key that does not work."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def undelivered(case: Case) -> None:
    """Paid, nothing delivered, claimed in a private chat."""
    purchase(case, SMALL, upto="paid")
    case.claim("NOT_DELIVERED", SMALL)["channel"] = UNOFFICIAL


PAIRS = [
    Pair(
        small_claim,
        Side(
            "channel-app",
            "The claim came through the platform's app.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "channel-unofficial",
            "The claim came through a private chat.",
            [review("unofficial_channel")],
            lambda case: case.claims[0].update(channel=UNOFFICIAL),
        ),
    ),
    Pair(
        undelivered,
        Side(
            "channel-unofficial-but-proven",
            "A private chat, but nothing was delivered, and that is proven whoever says it.",
            [approve("not_delivered", 3000)],
        ),
        Side(
            "channel-unofficial-and-delivered",
            "A private chat, and the key was delivered, though it is unopened.",
            [review("unofficial_channel")],
            lambda case: case.deliver(),
        ),
    ),
]
