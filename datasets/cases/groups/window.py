"""After-sales windows: by when, of what, and for which reason?"""

from scenario import DAY, HOUR, MINUTE, SWEDEN, Case, Pair, Side, approve, money, purchase, reject, review, stamp

PRICE = money(9800)
DELIVERED = 2 * MINUTE


def asked(after_delivery: int):
    """Changes when the buyer asks."""
    return lambda case: case.claims[0].update(requested_at=stamp(DELIVERED + after_delivery))


def invalid_key(case: Case) -> None:
    """An opened key, said to be invalid."""
    purchase(case, PRICE)
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def proven_late(case: Case) -> None:
    """A key that was dead before delivery, claimed 25 h after it."""
    purchase(case, PRICE)
    case.activate(-DAY, "OK", case.stranger(SWEDEN.format(118)))
    case.claim("KEY_ALREADY_USED", PRICE, at=DELIVERED + 25 * HOUR, shows="ACTIVATION_ERROR")


def without_key(case: Case, sku_class: str, ordered: int) -> None:
    """Goods without a key, said to be other than described."""
    case.known(login=ordered - 10 * MINUTE)
    case.place(PRICE, at=ordered, sku_class=sku_class)
    case.pay(PRICE, at=ordered + MINUTE)
    case.deliver(None, at=ordered + DELIVERED)
    case.claim("NOT_AS_DESCRIBED", PRICE, at=ordered + 3 * HOUR, shows="PRODUCT_SCREENSHOT")


def top_up(case: Case) -> None:
    """A top-up of 1 November."""
    without_key(case, "TOP_UP", -19 * DAY)


def subscription(case: Case) -> None:
    """A subscription of 1 October."""
    without_key(case, "SUBSCRIPTION", -50 * DAY)


def thirty_hours_later(case: Case) -> None:
    """Goods without a key, claimed 30 h after delivery."""
    without_key(case, "SUBSCRIPTION", 0)
    asked(30 * HOUR)(case)


def changed_mind(case: Case) -> None:
    """Undelivered, and no longer wanted."""
    purchase(case, PRICE, upto="paid")
    case.claim("NO_LONGER_WANTED", PRICE)


PAIRS = [
    Pair(
        invalid_key,
        Side(
            "window-key-after-23-hours",
            "A key is claimed 23 hours after delivery, within the day that the terms give.",
            [review("needs_review")],
            asked(23 * HOUR),
        ),
        Side(
            "window-key-after-25-hours",
            "A key is claimed 25 hours after delivery, an hour after the window closed.",
            [reject("outside_window")],
            asked(25 * HOUR),
        ),
    ),
    Pair(
        proven_late,
        Side(
            "window-late-but-dead-on-delivery",
            "The key was dead before delivery; a proven fault of the platform outlives the window.",
            [approve("key_used_before_delivery", 9800)],
        ),
        Side(
            "window-late-and-used-later",
            "The key was consumed elsewhere after the buyer opened it, and the claim comes after the window.",
            [reject("outside_window")],
            lambda case: case.move("activated", 20 * MINUTE),
        ),
    ),
    Pair(
        top_up,
        Side(
            "window-top-up-after-20-hours",
            "A top-up is claimed 20 hours after it was credited.",
            [review("needs_review")],
            lambda case: case.claims[0].update(requested_at=stamp(-19 * DAY + DELIVERED + 20 * HOUR)),
        ),
        Side(
            "window-top-up-after-8-days",
            "A top-up is claimed eight days after it was credited.",
            [reject("outside_window")],
            lambda case: case.claims[0].update(requested_at=stamp(-19 * DAY + DELIVERED + 8 * DAY)),
        ),
    ),
    Pair(
        subscription,
        Side(
            "window-subscription-after-2-days",
            "A subscription is claimed two days after it began.",
            [review("needs_review")],
            lambda case: case.claims[0].update(requested_at=stamp(-50 * DAY + DELIVERED + 2 * DAY)),
        ),
        Side(
            "window-subscription-after-31-days",
            "A subscription is claimed after it ran for a month.",
            [reject("outside_window")],
            lambda case: case.claims[0].update(requested_at=stamp(-50 * DAY + DELIVERED + 31 * DAY)),
        ),
    ),
    Pair(
        thirty_hours_later,
        Side(
            "window-subscription-after-30-hours",
            "Thirty hours after delivery a subscription is still within its window.",
            [review("needs_review")],
        ),
        Side(
            "window-key-class-after-30-hours",
            "Thirty hours after delivery the window of a key has closed.",
            [reject("outside_window")],
            lambda case: case.body("placed").update(sku_class="SKU_CLASS_KEY"),
        ),
    ),
    Pair(
        changed_mind,
        Side(
            "window-no-longer-wanted-undelivered",
            "The buyer gives up on an order that was not delivered for three hours.",
            [approve("not_delivered", 9800)],
        ),
        Side(
            "window-no-longer-wanted-delivered",
            "The buyer changed their mind after the key was delivered, though it is unopened.",
            [reject("no_reason_after_delivery")],
            lambda case: case.deliver(),
        ),
    ),
]
