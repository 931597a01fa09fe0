"""Keys that do not work: is it the batch, and who says so?"""

from scenario import DAY, HOUR, MINUTE, Buyer, Case, Pair, Side, approve, money, purchase, reject, review

PRICE = money(9800)
SMALL = money(3000)
REFUSED = 20 * MINUTE  # from the order to the vendor's refusal
OTHERS = ("b", "c", "d", "e", "f")


def sale(case: Case, buyer: Buyer, label: str, amount: dict, at: int = 0, batch: str = "") -> None:
    """An order of one key, delivered from a batch and opened; whose key it is, the label says."""
    case.place(amount, at=at, order=label, buyer=buyer)
    case.pay(amount, at=at + MINUTE, order=label, buyer=buyer)
    case.deliver(label, at=at + 2 * MINUTE, order=label)
    case.body(f"delivered-{label}")["batch_id"] = case.id("batch", batch)
    case.view(label, at=at + 5 * MINUTE, order=label, client=buyer.client())


def refuse(case: Case, buyer: Buyer, label: str, at: int) -> None:
    """The vendor tells this buyer that it does not know the key."""
    case.activate(at, "INVALID", buyer.client(), key=label, label=f"refused-{label}", activator=label)


def others(case: Case, amount: dict, at: int = 0, batch: str = "", refused: int = REFUSED) -> None:
    """Five more buyers of the same batch, whose keys are refused so long after their orders."""
    for number, letter in enumerate(OTHERS, start=1):
        label = f"{batch}{letter}"
        buyer = Buyer(case, label)
        began = at + number * 10 * MINUTE
        case.known(buyer, label=label, login=began - 10 * MINUTE)
        sale(case, buyer, label, amount, began, batch)
        refuse(case, buyer, label, began + refused)


def outbreak(case: Case) -> None:
    """Six buyers of one batch, six keys that the vendor does not know; one of the buyers claims."""
    purchase(case, PRICE)
    case.activate(REFUSED, "INVALID", case.buyer.client())
    others(case, PRICE)
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def ring(case: Case) -> None:
    """Six accounts buy keys of one batch and claim that they do not work."""
    for number, label in enumerate(("a", *OTHERS)):
        buyer = Buyer(case, label)
        case.known(buyer, label=label, login=number * 10 * MINUTE - 10 * MINUTE)
        sale(case, buyer, label, PRICE, at=number * 10 * MINUTE)
        case.claim(
            "KEY_INVALID", PRICE, at=(3 + number) * HOUR, order=label, buyer=buyer, shows="ACTIVATION_ERROR"
        )


def ring_is_right(case: Case) -> None:
    """The vendor refused each of the six keys."""
    for number, label in enumerate(("a", *OTHERS)):
        refuse(case, Buyer(case, label), label, number * 10 * MINUTE + REFUSED)


def unlucky(case: Case) -> None:
    """Five orders in three weeks, all claimed at once when the key fails. The first two are of batches of which more and
    more keys fail in the days after."""
    case.known(login=-21 * DAY - 10 * MINUTE)
    for label, batch, day in (("1", "bad", -21), ("2", "worse", -11), ("3", "", -4), ("4", "", -2), ("5", "", 0)):
        sale(case, case.buyer, label, SMALL, day * DAY, batch)
        if batch:
            refuse(case, case.buyer, label, day * DAY + REFUSED)
            others(case, SMALL, day * DAY, batch, refused=DAY)
        case.claim("KEY_INVALID", SMALL, at=day * DAY + 3 * HOUR, order=label, shows="ACTIVATION_ERROR")


PAID = approve("small_amount", 3000)

PAIRS = [
    Pair(
        outbreak,
        Side(
            "batch-outbreak",
            "The vendor refused the keys of six buyers of the batch within an hour, this buyer's among them.",
            [approve("batch_outbreak", 9800)],
        ),
        Side(
            "batch-one-bad-key",
            "The key is the only bad one of its batch; the five others are of another.",
            [review("needs_review")],
            lambda case: case.body("delivered").update(batch_id=case.id("batch", "good")),
        ),
    ),
    Pair(
        outbreak,
        Side(
            "batch-outbreak-own-key-refused",
            "The batch is bad, and the vendor refused this buyer's key too.",
            [approve("batch_outbreak", 9800)],
        ),
        Side(
            "batch-outbreak-own-key-untried",
            "The batch is bad, but nobody has tried this buyer's key.",
            [review("needs_review")],
            lambda case: case.drop("activated"),
        ),
    ),
    Pair(
        outbreak,
        Side(
            "batch-outbreak-key-unused",
            "The vendor refused this buyer's key of a bad batch, and it stayed so.",
            [approve("batch_outbreak", 9800)],
        ),
        Side(
            "batch-outbreak-key-used-in-the-end",
            "The batch is bad, but this buyer's key worked at the second try.",
            [reject("key_used_by_claimant")],
            lambda case: case.activate(REFUSED + MINUTE, "OK", case.buyer.client(), label="activated-again"),
        ),
    ),
    Pair(
        ring,
        Side(
            "batch-ring-without-vendor-answers",
            "Six accounts say that keys of one batch do not work; the vendor has refused none of them.",
            [review("needs_review")] * 6,
        ),
        Side(
            "batch-ring-with-vendor-answers",
            "Six accounts say that keys of one batch do not work, and the vendor had refused each of them.",
            [approve("batch_outbreak", 9800)] * 6,
            ring_is_right,
        ),
    ),
    Pair(
        unlucky,
        Side(
            "batch-customer-in-two-outbreaks",
            "Of four claims in three weeks two were about batches that went bad: not a refunder.",
            [PAID, PAID, PAID, PAID, PAID],
        ),
        Side(
            "batch-customer-in-one-outbreak",
            "Of four claims in three weeks only one was about a batch that went bad.",
            [PAID, PAID, PAID, PAID, review("refund_velocity")],
            lambda case: case.body("delivered-2").update(batch_id=case.id("batch", "good")),
        ),
    ),
]
