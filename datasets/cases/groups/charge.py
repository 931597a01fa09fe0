"""Charged twice: is there a payment too many?"""

from scenario import HOUR, MINUTE, SECOND, Case, Pair, Side, approve, money, purchase, reject, review

PRICE = money(9800)


def paid_twice(case: Case) -> None:
    """Two captures 40 s apart, one key, opened."""
    purchase(case, PRICE)
    case.pay(PRICE, at=MINUTE + 40 * SECOND, transaction="again")
    case.claim("CHARGED_TWICE", PRICE)


def paid_twice_with_record(case: Case) -> None:
    """The same, and the buyer shows the provider's record."""
    purchase(case, PRICE)
    case.pay(PRICE, at=MINUTE + 40 * SECOND, transaction="again")
    case.claim("CHARGED_TWICE", PRICE, shows="PAYMENT_RECORD")


def two_keys(case: Case) -> None:
    """Two captures, two keys, the second one unopened; the buyer shows the provider's record."""
    paid_twice_with_record(case)
    case.deliver("2", at=3 * MINUTE, label="again")


def undelivered(case: Case) -> None:
    """One capture, nothing delivered."""
    purchase(case, PRICE, upto="paid")
    case.claim("NOT_DELIVERED", PRICE)


def paid_once(case: Case) -> None:
    """One capture, one key, opened."""
    purchase(case, PRICE)
    case.claim("CHARGED_TWICE", PRICE)


def repeat_payment_fact(case: Case) -> None:
    """The platform sends the payment's fact a second time, unchanged."""
    case.labels.append("paid-repeated")
    case.facts.append(case.fact("paid"))


def twin_orders(case: Case) -> None:
    """A double click: two orders of the same goods 40 s apart, each paid and delivered; the first key opened."""
    case.known()
    for order, start, key in (("a", 0, "1"), ("b", 40 * SECOND, "2")):
        case.place(PRICE, at=start, order=order)
        case.pay(PRICE, at=start + MINUTE, order=order)
        case.deliver(key, at=start + 2 * MINUTE, order=order)
    case.view("1", order="a")
    case.claim("CHARGED_TWICE", PRICE, order="b", shows="PAYMENT_RECORD")


def instalments(case: Case) -> None:
    """The price is paid in two equal parts, an hour apart; the buyer asks for one of them."""
    half = money(4900)
    case.known()
    case.place(PRICE)
    case.pay(half)
    case.pay(half, at=HOUR, transaction="second")
    case.deliver()
    case.view()
    case.claim("CHARGED_TWICE", half, shows="PAYMENT_RECORD")


PAIRS = [
    Pair(
        paid_twice_with_record,
        Side(
            "charge-two-captures-one-delivery",
            "Two payments were captured for one order and one key was delivered, so one payment has to go back.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "charge-two-captures-two-deliveries",
            "Two payments were captured and two keys delivered, the second still unopened: no surplus is proven.",
            [review("probable_duplicate")],
            lambda case: case.deliver("2", at=3 * MINUTE, label="again"),
        ),
    ),
    Pair(
        two_keys,
        Side(
            "charge-second-key-unopened",
            "Of two paid and delivered keys the second was never opened and may still be taken back.",
            [review("probable_duplicate")],
        ),
        Side(
            "charge-both-keys-opened",
            "Two payments bought two keys and the buyer opened both: two purchases, not one charged twice.",
            [reject("claim_contradicted")],
            lambda case: case.view("2", at=8 * MINUTE, label="again"),
        ),
    ),
    Pair(
        paid_twice,
        Side(
            "charge-two-transaction-ids",
            "The second capture carries a transaction id of its own: money was taken twice.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "charge-psp-retry-same-id",
            "The second notice repeats the transaction id of the first: the provider's retry, no second payment.",
            [reject("claim_contradicted")],
            lambda case: case.body("paid-again").update(psp_transaction_id=case.id("psp")),
        ),
    ),
    Pair(
        paid_twice,
        Side(
            "charge-asks-for-surplus",
            "Charged twice, the buyer asks for the surplus payment.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "charge-asks-for-both-payments",
            "Charged twice, the buyer asks for both payments, but a key was delivered: only the surplus is proven.",
            [approve("charged_twice", 9800)],
            lambda case: case.claims[0].update(amount=money(19600)),
        ),
    ),
    Pair(
        paid_twice,
        Side(
            "charge-surplus-stands",
            "The surplus payment still stands when the buyer asks for it.",
            [approve("charged_twice", 9800)],
        ),
        Side(
            "charge-surplus-reversed",
            "The provider had voided the surplus payment before the buyer asked: one payment is left, for one key.",
            [reject("claim_contradicted")],
            lambda case: case.add(
                "reversed",
                HOUR,
                "payment_reversed",
                psp_transaction_id=case.id("psp", "again"),
                order_id=case.id("order"),
                amount=PRICE,
            ),
        ),
    ),
    Pair(
        undelivered,
        Side(
            "charge-payment-stands",
            "The only payment of an undelivered order stands.",
            [approve("not_delivered", 9800)],
        ),
        Side(
            "charge-payment-voided",
            "The provider had voided the only payment before the buyer asked: nothing is left to give back.",
            [reject("already_refunded")],
            lambda case: case.add(
                "reversed",
                HOUR,
                "payment_reversed",
                psp_transaction_id=case.id("psp"),
                order_id=case.id("order"),
                amount=PRICE,
            ),
        ),
    ),
    Pair(
        paid_once,
        Side(
            "charge-one-capture",
            "One payment is known; the platform may have missed another, so the buyer is asked for the payment record.",
            [review("evidence_missing")],
        ),
        Side(
            "charge-payment-fact-repeated",
            "The platform sent the fact of the one payment twice; a repeated fact id is no second payment.",
            [review("evidence_missing")],
            repeat_payment_fact,
        ),
    ),
    Pair(
        twin_orders,
        Side(
            "charge-twin-order-unopened",
            "A double click made two equal orders 40 s apart; the key of the second was never opened.",
            [review("probable_duplicate")],
        ),
        Side(
            "charge-twin-order-opened",
            "Two equal orders 40 s apart, and the buyer opened the keys of both.",
            [reject("claim_contradicted")],
            lambda case: case.view("2", at=9 * MINUTE, order="b"),
        ),
    ),
    Pair(
        instalments,
        Side(
            "charge-paid-in-two-instalments",
            "Two payments of half the price each: the buyer takes the second for a double charge.",
            [reject("claim_contradicted")],
        ),
        Side(
            "charge-an-instalment-too-many",
            "Three payments of half the price each: one is too many.",
            [approve("charged_twice", 4900)],
            lambda case: case.pay(money(4900), at=3 * HOUR - 10 * MINUTE, transaction="third"),
        ),
    ),
]
