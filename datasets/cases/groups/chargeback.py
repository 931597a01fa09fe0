"""Disputes at the payer's bank: money that may leave, or left, another way."""

from scenario import HOUR, MINUTE, SECOND, Case, Pair, Side, approve, money, reject, review

PRICE = money(9800)
SMALL = money(3000)


def paid_by_card(case: Case, price: dict) -> None:
    """A key, paid by card and opened."""
    case.known()
    case.place(price)
    case.pay(price, method="CARD")
    case.deliver()
    case.view()


def small_claim(case: Case) -> None:
    """A cheap key that does not work."""
    paid_by_card(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def dispute_won(case: Case) -> None:
    """A dispute that the platform won."""
    paid_by_card(case, PRICE)
    case.dispute(PRICE, at=HOUR)
    case.dispute(PRICE, at=2 * HOUR, closed="WON")
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def part_lost(case: Case) -> None:
    """40 of 98 CNY went back to the payer in a dispute; the rest is asked for."""
    paid_by_card(case, PRICE)
    case.dispute(money(4000), at=HOUR)
    case.dispute(money(4000), at=2 * HOUR, closed="LOST")
    case.claim("KEY_INVALID", money(5800), shows="ACTIVATION_ERROR")


def charged_twice(case: Case) -> None:
    """A proven double charge."""
    paid_by_card(case, PRICE)
    case.pay(PRICE, at=MINUTE + 40 * SECOND, transaction="again", method="CARD")
    case.claim("CHARGED_TWICE", PRICE)


PAIRS = [
    Pair(
        small_claim,
        Side(
            "chargeback-none",
            "No dispute is known.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "chargeback-open",
            "The payer's bank disputes the payment already: a refund now would pay twice.",
            [reject("chargeback_in_flight")],
            lambda case: case.dispute(SMALL, at=HOUR),
        ),
    ),
    Pair(
        dispute_won,
        Side(
            "chargeback-closed-won",
            "The platform won the dispute and still has the money.",
            [review("needs_review")],
        ),
        Side(
            "chargeback-closed-lost",
            "The platform lost the dispute and the payer has the money back.",
            [reject("already_refunded")],
            lambda case: case.body("dispute-closed").update(result="CHARGEBACK_RESULT_LOST"),
        ),
    ),
    Pair(
        part_lost,
        Side(
            "chargeback-rest-after-part-lost",
            "A part went back through the bank; the buyer asks for the rest.",
            [review("needs_review")],
        ),
        Side(
            "chargeback-whole-after-part-lost",
            "A part went back through the bank and the buyer asks for the whole price.",
            [reject("over_refund")],
            lambda case: case.claims[0].update(amount=PRICE),
        ),
    ),
    Pair(
        charged_twice,
        Side(
            "chargeback-none-on-surplus",
            "A proven double charge that the bank knows nothing of.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "chargeback-open-on-surplus",
            "The bank is fetching the surplus payment back already, so the proof does not pay it again.",
            [reject("chargeback_in_flight")],
            lambda case: case.dispute(PRICE, at=HOUR, transaction="again"),
        ),
    ),
]
