"""Never received: was anything sent, and who opened it?"""

from scenario import ABROAD, DAY, MINUTE, Case, Pair, Side, approve, money, purchase, reject, review, stamp

PRICE = money(9800)


def nothing_sent(case: Case) -> None:
    """Paid, nothing delivered."""
    purchase(case, PRICE, upto="paid")
    case.claim("NOT_DELIVERED", PRICE)


def nothing_sent_lately(case: Case) -> None:
    """The same, later than any delivery of the other cases: whether deliveries are told is up to this case alone."""
    nothing_sent(case)
    case.later(2 * DAY)


def unopened(case: Case) -> None:
    """Delivered, never opened."""
    purchase(case, PRICE, upto="delivered")
    case.claim("NOT_DELIVERED", PRICE)


def opened(case: Case) -> None:
    """Delivered and opened by the buyer."""
    purchase(case, PRICE)
    case.claim("NOT_DELIVERED", PRICE)


PAIRS = [
    Pair(
        nothing_sent,
        Side(
            "delivery-nothing-sent",
            "The order was paid three hours ago and nothing was delivered.",
            [approve("not_delivered", 9800)],
        ),
        Side(
            "delivery-sent-not-opened",
            "The key was delivered but never opened; the buyer may not have found it.",
            [review("needs_review")],
            lambda case: case.deliver(),
        ),
    ),
    Pair(
        nothing_sent_lately,
        Side(
            "delivery-feed-silent",
            "No delivery of any order was told since the payment: the news may be missing, not the goods.",
            [review("needs_review")],
            lambda case: case.drop("neighbour"),
        ),
        Side(
            "delivery-feed-alive",
            "Nothing was delivered, while the deliveries of other orders went on.",
            [approve("not_delivered", 9800)],
        ),
    ),
    Pair(
        unopened,
        Side(
            "delivery-key-lies-unopened",
            "The key lies unopened in the account while its buyer says that nothing came.",
            [review("needs_review")],
        ),
        Side(
            "delivery-never-received-but-viewed",
            "The buyer opened the key on the own phone three minutes after delivery and says that nothing came.",
            [reject("claim_contradicted")],
            lambda case: case.view(),
        ),
    ),
    Pair(
        opened,
        Side(
            "delivery-opened-by-buyer",
            "The key was opened on the buyer's phone in the buyer's network.",
            [reject("claim_contradicted")],
        ),
        Side(
            "delivery-opened-by-stranger",
            "The key was opened abroad, on a phone that the account never used: the buyer may be right.",
            [review("needs_review")],
            lambda case: case.body("viewed").update(client=case.stranger(ABROAD.format(216))),
        ),
    ),
    Pair(
        nothing_sent,
        Side(
            "delivery-late-by-eleven-minutes",
            "Eleven minutes after payment nothing has come, longer than any delivery takes.",
            [approve("not_delivered", 9800)],
            lambda case: case.claims[0].update(requested_at=stamp(12 * MINUTE)),
        ),
        Side(
            "delivery-still-under-way",
            "Five minutes after payment the delivery may still come.",
            [review("needs_review")],
            lambda case: case.claims[0].update(requested_at=stamp(6 * MINUTE)),
        ),
    ),
]
