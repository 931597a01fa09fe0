"""Partial refunds: what is left, and what the payment rail allows."""

from scenario import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    SWEDEN,
    Case,
    Pair,
    Side,
    approve,
    money,
    purchase,
    reject,
    review,
    stamp,
)

PRICE = money(9800)
SMALL = money(3000)
FOR_TWO = money(8000)
HALF = money(4000)


def two_keys(case: Case, price: dict) -> None:
    """Two keys in one order, both opened."""
    purchase(case, price, quantity=2)
    case.deliver("2", label="second")
    case.view("2", label="second", at=6 * MINUTE)


def second_half(case: Case) -> None:
    """Two keys for 80 CNY; one was refunded, now the other is claimed."""
    two_keys(case, FOR_TWO)
    case.settle("first", HALF, at=HOUR)
    case.claim("KEY_INVALID", HALF, shows="ACTIVATION_ERROR")["key_fingerprints"] = [case.key("2")]


def whole_price(case: Case) -> None:
    """The whole price is asked for."""
    purchase(case, PRICE)
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def refunded_before(case: Case) -> None:
    """The whole price was sent back, and is asked for again."""
    purchase(case, PRICE)
    case.settle("first", PRICE, at=HOUR)
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def failed_before(case: Case) -> None:
    """A refund of half the price failed; the same half is asked for again."""
    two_keys(case, FOR_TWO)
    case.add("settled", HOUR, "refund_settled", **case.settlement("first", HALF, "FAILED"))
    case.claim("KEY_INVALID", HALF, shows="ACTIVATION_ERROR")["key_fingerprints"] = [case.key("2")]


def rebates(case: Case, count: int) -> None:
    """A pre-order of September with `count` small price-drop rebates, delivered in November."""
    case.known()
    case.place(money(19800), at=-80 * DAY)
    case.pay(money(19800), at=-80 * DAY + MINUTE)
    for number in range(count):
        case.settle(f"rebate-{number + 1}", money(100), at=-79 * DAY + number * 12 * HOUR, label=f"rebate-{number + 1}")
    case.deliver()
    case.view()
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def rebates_but_one(case: Case) -> None:
    """49 rebates: one partial refund is left on the rail."""
    rebates(case, 49)


def undelivered_for_a_year(case: Case) -> None:
    """A pre-order paid by WeChat and never delivered, claimed 375 days after payment."""
    ordered = -375 * DAY
    case.known(login=ordered - 10 * MINUTE)
    case.place(PRICE, at=ordered)
    case.pay(PRICE, at=ordered + MINUTE)
    case.neighbour(at=ordered + 3 * MINUTE)
    case.claim("NOT_DELIVERED", PRICE, at=0)


def one_of_two_dead(case: Case) -> None:
    """Two keys for 98 CNY, the first consumed before delivery; the whole price is asked for."""
    two_keys(case, PRICE)
    case.activate(-2 * DAY, "OK", case.stranger(SWEDEN.format(119)))
    case.claim("KEY_ALREADY_USED", PRICE, shows="ACTIVATION_ERROR")


PAIRS = [
    Pair(
        second_half,
        Side(
            "partial-equal-second",
            "Two equal keys, two equal partial refunds: the second is no repetition of the first.",
            [approve("small_amount", 4000)],
        ),
        Side(
            "partial-second-above-rest",
            "The second partial refund asks for more than the first one left.",
            [reject("over_refund")],
            lambda case: case.claims[0].update(amount=money(4500)),
        ),
    ),
    Pair(
        whole_price,
        Side(
            "partial-exactly-the-price",
            "The buyer asks for exactly what was paid.",
            [review("needs_review")],
        ),
        Side(
            "partial-one-fen-above-the-price",
            "The buyer asks for one fen more than was paid.",
            [reject("over_refund")],
            lambda case: case.claims[0].update(amount=money(9801)),
        ),
    ),
    Pair(
        refunded_before,
        Side(
            "partial-refund-settled",
            "The whole price was paid back two hours ago.",
            [reject("already_refunded")],
        ),
        Side(
            "partial-refund-failed",
            "The earlier refund failed at the provider, so the money is still there.",
            [review("needs_review")],
            lambda case: case.body("settled").update(status="SETTLEMENT_STATUS_FAILED"),
        ),
    ),
    Pair(
        second_half,
        Side(
            "partial-other-refund-number",
            "What was paid back had another refund number.",
            [approve("small_amount", 4000)],
        ),
        Side(
            "partial-same-refund-number",
            "Money was already paid back under this very refund number, and a number pays once.",
            [reject("already_refunded")],
            lambda case: case.body("settled").update(refund_id=case.id("refund", "1")),
        ),
    ),
    Pair(
        failed_before,
        Side(
            "partial-new-number-after-failure",
            "A refund failed, and a new number is used: nothing was paid, so nothing is missing.",
            [approve("small_amount", 4000)],
        ),
        Side(
            "partial-failed-refund-number",
            "A refund failed under this very number, and a failed number is never paid.",
            [review("refund_number_failed")],
            lambda case: case.body("settled").update(refund_id=case.id("refund", "1")),
        ),
    ),
    Pair(
        rebates_but_one,
        Side(
            "partial-fiftieth-on-wechat",
            "49 partial refunds were paid on the order: WeChat Pay allows one more.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "partial-fifty-first-on-wechat",
            "50 partial refunds were paid on the order: WeChat Pay allows no more.",
            [review("rail_partials_exhausted")],
            lambda case: case.settle("rebate-50", money(100), at=-54 * DAY, label="rebate-50"),
        ),
    ),
    Pair(
        second_half,
        Side(
            "partial-two-minutes-after-the-last",
            "The previous partial refund was paid two minutes ago.",
            [approve("small_amount", 4000)],
            lambda case: case.move("settled", 3 * HOUR - 2 * MINUTE),
        ),
        Side(
            "partial-half-a-minute-after-the-last",
            "The previous partial refund was paid 30 seconds ago; WeChat Pay wants a minute between two.",
            [review("rail_too_soon")],
            lambda case: case.move("settled", 3 * HOUR - 30 * SECOND),
        ),
    ),
    Pair(
        undelivered_for_a_year,
        Side(
            "partial-rail-after-360-days",
            "A pre-order was never delivered; 360 days after payment WeChat Pay still refunds.",
            [approve("not_delivered", 9800)],
            lambda case: case.claims[0].update(requested_at=stamp(-15 * DAY)),
        ),
        Side(
            "partial-rail-after-375-days",
            "A pre-order was never delivered, but 375 days after payment WeChat Pay refuses the original route.",
            [review("rail_window_expired")],
        ),
    ),
    Pair(
        one_of_two_dead,
        Side(
            "partial-one-of-two-keys-dead",
            "One of two keys was dead before delivery; only its half of the price is proven, whatever is asked for.",
            [approve("key_used_before_delivery", 4900)],
        ),
        Side(
            "partial-both-keys-dead",
            "Both keys were dead before delivery.",
            [approve("key_used_before_delivery", 9800)],
            lambda case: case.activate(
                -2 * DAY, "OK", case.stranger(SWEDEN.format(119)), key="2", label="activated-second"
            ),
        ),
    ),
]
