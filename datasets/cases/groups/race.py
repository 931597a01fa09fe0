"""Several claims for the same money: what is promised once is not promised again."""

from scenario import HOUR, MINUTE, Case, Pair, Side, approve, money, purchase, reject, review, stamp

PRICE = money(9800)
SMALL = money(3000)


def small_twice(case: Case) -> None:
    """30 CNY are asked for twice under two refund numbers."""
    purchase(case, SMALL)
    for at in (3 * HOUR, 3 * HOUR + 30 * MINUTE):
        case.claim("KEY_INVALID", SMALL, at=at, shows="ACTIVATION_ERROR")


def whole_twice(case: Case) -> None:
    """98 CNY are asked for twice under two refund numbers."""
    purchase(case, PRICE)
    for at in (3 * HOUR, 3 * HOUR + 30 * MINUTE):
        case.claim("KEY_INVALID", PRICE, at=at, shows="ACTIVATION_ERROR")


def parts(case: Case) -> None:
    """40 of 98 CNY, then 50."""
    purchase(case, PRICE)
    case.claim("NOT_AS_DESCRIBED", money(4000), shows="PRODUCT_SCREENSHOT")
    case.claim("NOT_AS_DESCRIBED", money(5000), at=3 * HOUR + 30 * MINUTE, shows="PRODUCT_SCREENSHOT")


def failed_in_between(case: Case) -> None:
    """30 CNY are approved, their refund ends at the provider, and they are asked for again."""
    small_twice(case)
    case.claims[1]["facts"] = [
        {
            "fact_id": case.id("fact", "settled"),
            "occurred_at": stamp(3 * HOUR + 10 * MINUTE),
            "refund_settled": case.settlement("1", SMALL, "FAILED"),
        }
    ]


PAIRS = [
    Pair(
        small_twice,
        Side(
            "race-second-refund-number",
            "The price was approved under one refund number and is asked for again under another.",
            [approve("small_amount", 3000), reject("approved_elsewhere")],
        ),
        Side(
            "race-same-refund-number",
            "An approved refund is asked about again: the same refund pays once, so nothing is in the way.",
            [approve("small_amount", 3000), approve("small_amount", 3000)],
            lambda case: case.claims[1].update(refund_id=case.id("refund", "1")),
        ),
    ),
    Pair(
        whole_twice,
        Side(
            "race-first-in-review",
            "Two refund numbers race for the same price; the first is in review and holds the money.",
            [review("needs_review"), review("held_elsewhere")],
        ),
        Side(
            "race-first-rejected",
            "The first claim was rejected and holds nothing.",
            [reject("no_reason_after_delivery"), review("reason_changed")],
            lambda case: case.claims[0].update(reason="CLAIM_REASON_NO_LONGER_WANTED"),
        ),
    ),
    Pair(
        parts,
        Side(
            "race-parts-within-price",
            "Two partial claims together stay within what was paid.",
            [approve("small_amount", 4000), approve("small_amount", 5000)],
        ),
        Side(
            "race-parts-above-price",
            "The second partial claim reaches into the money that the first was promised.",
            [approve("small_amount", 4000), reject("approved_elsewhere")],
            lambda case: case.claims[1].update(amount=money(5900)),
        ),
    ),
    Pair(
        failed_in_between,
        Side(
            "race-first-refund-failed",
            "The approved refund failed at the provider, which frees its money for a second number.",
            [approve("small_amount", 3000), approve("small_amount", 3000)],
        ),
        Side(
            "race-first-refund-settled",
            "The approved refund was paid, so nothing is left for a second number.",
            [approve("small_amount", 3000), reject("already_refunded")],
            lambda case: case.claims[1]["facts"][0]["refund_settled"].update(status="SETTLEMENT_STATUS_SETTLED"),
        ),
    ),
]
